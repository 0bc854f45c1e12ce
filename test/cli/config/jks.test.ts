/** What Java's keytool 21 made: an EC key under another password than the store, and a store that trusts its certificate. */
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { readJks } from '../../../src/cli/config/security/jks.ts'

const keyStore = Buffer.from(
  [
    '/u3+7QAAAAIAAAABAAAAAQACbWUAAAGiFEbsKwAAAH8wfTAOBgorBgEEASoCEQEBBQAEa2CDECGiwZDM/8YWSS9Xip6L4ilP',
    'TbAgpdnOV9GqZprJIEZSMm5T0FQlqcGX6wz2gkTkFm6GhFOeGtEx239Pd36zTJ7W6QZrdCefjUQ9k19/2qUYXOxE7+pg1+z8',
    'sve5TpjHzlR9FyFXvDNXAAAAAQAFWC41MDkAAAE2MIIBMjCB2aADAgECAggGUAq5wzuF1jAKBggqhkjOPQQDAjANMQswCQYD',
    'VQQDEwJtZTAgFw0yNjExMjUxOTU1MjFaGA8yMTI2MTEwMTE5NTUyMVowDTELMAkGA1UEAxMCbWUwWTATBgcqhkjOPQIBBggq',
    'hkjOPQMBBwNCAASFFCQrjwdQy5FyebA8nTd67wH1/9KLkVc1d4TOP7CF04N1krD98k7Qk+/01XL0grCgtxIbkYcyVY3DPz4y',
    'aYnQoyEwHzAdBgNVHQ4EFgQUJtDonPGIwwU0ULjDZHIbmeNfXnswCgYIKoZIzj0EAwIDSAAwRQIhANqCjnSTSXM0jtm17lIl',
    'gwWVnS6td7+cmNTZAA3yXmNrAiA90/koFDxLQL0/yqhMLVGYjJ33qCUFwxZn0czngT9z0DHibXwcb7nuiHzWkXqrrxcxNS4y',
  ].join(''),
  'base64',
)
const trustStore = Buffer.from(
  [
    '/u3+7QAAAAIAAAABAAAAAgACY2EAAAGiFEbuiwAFWC41MDkAAAE2MIIBMjCB2aADAgECAggGUAq5wzuF1jAKBggqhkjOPQQD',
    'AjANMQswCQYDVQQDEwJtZTAgFw0yNjExMjUxOTU1MjFaGA8yMTI2MTEwMTE5NTUyMVowDTELMAkGA1UEAxMCbWUwWTATBgcq',
    'hkjOPQIBBggqhkjOPQMBBwNCAASFFCQrjwdQy5FyebA8nTd67wH1/9KLkVc1d4TOP7CF04N1krD98k7Qk+/01XL0grCgtxIb',
    'kYcyVY3DPz4yaYnQoyEwHzAdBgNVHQ4EFgQUJtDonPGIwwU0ULjDZHIbmeNfXnswCgYIKoZIzj0EAwIDSAAwRQIhANqCjnST',
    'SXM0jtm17lIlgwWVnS6td7+cmNTZAA3yXmNrAiA90/koFDxLQL0/yqhMLVGYjJ33qCUFwxZn0czngT9z0OQFD0nQ9vrsBbHs',
    'OxDv5r66Ug5h',
  ].join(''),
  'base64',
)

test('a key store holds a key and the certificate that fits it', () => {
  const { certificates, key } = readJks(keyStore, 'secret-1', 'secret-2')
  expect(certificates).toHaveLength(1)
  const certificate = new X509Certificate(certificates[0]!)
  expect(certificate.subject).toBe('CN=me')
  expect(certificate.checkPrivateKey(createPrivateKey(key!))).toBe(true)
  expect(createPublicKey(certificates[0]!).asymmetricKeyType).toBe('ec')
})

test('a trust store holds certificates alone', () => {
  const { certificates, key } = readJks(trustStore, 'secret-1')
  expect(key).toBeNull()
  expect(certificates).toEqual(readJks(keyStore, 'secret-1', 'secret-2').certificates)
})

test.each([
  { why: 'another password', file: trustStore, password: 'secret', says: /password is another/ },
  { why: 'no password', file: trustStore, password: '', says: /password is another/ },
  { why: 'another password of the key', file: keyStore, password: 'secret-1', says: /private key/ },
  { why: 'nothing', file: Buffer.alloc(4), password: 'secret-1', says: /too short/ },
])('$why is told', ({ file, password, says }) => {
  expect(() => readJks(file, password)).toThrow(says)
})

test('a single changed byte is found, wherever it is', () => {
  for (let at = 0; at < trustStore.length; at += 7) {
    const changed = Buffer.from(trustStore)
    changed[at]! ^= 1
    expect(() => readJks(changed, 'secret-1')).toThrow(/changed/)
  }
})
