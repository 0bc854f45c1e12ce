import { describe, expect, test } from 'vitest'
import { plain } from '../../src/client/sasl/plain.ts'
import { scram } from '../../src/client/sasl/scram.ts'

const text = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString()

test('PLAIN says name and password', () => {
  const mechanism = plain({ username: 'alice', password: 'sécret' })
  expect(text(mechanism.first())).toBe('\0alice\0sécret')
  expect(mechanism.next(Buffer.alloc(0))).toBeNull()
})

describe('SCRAM', () => {
  // RFC 7677, section 3.
  const nonce = 'rOprNGfwEbeRWgbNEkqO'
  const joint = `${nonce}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0`
  const challenge = `r=${joint},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`
  const opened = (username = 'user', password = 'pencil') => {
    const mechanism = scram('SCRAM-SHA-256', { username, password }, nonce)
    return { mechanism, first: text(mechanism.first()) }
  }

  test('goes as in RFC 7677', () => {
    const { mechanism, first } = opened()
    expect(first).toBe(`n,,n=user,r=${nonce}`)
    expect(text(mechanism.next(Buffer.from(challenge)))).toBe(
      `c=biws,r=${joint},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`,
    )
    const signature = 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='
    expect(mechanism.next(Buffer.from(signature))).toBeNull()
  })

  test('a name with commas and equals signs is written so that it can be read', () => {
    expect(opened('a,b=c').first).toBe(`n,,n=a=2Cb=3Dc,r=${nonce}`)
  })

  test.each([
    { why: 'a nonce that is not ours', answer: 's=W22Z,i=4096,r=other', says: /not ours/ },
    {
      why: 'our nonce with nothing of theirs',
      answer: `r=${nonce},s=W22Z,i=4096`,
      says: /not ours/,
    },
    { why: 'too few iterations', answer: `r=${joint},s=W22Z,i=1000`, says: /at least 4096/ },
    {
      why: 'more than anybody can want',
      answer: `r=${joint},s=W22Z,i=99999999999`,
      says: /iterations/,
    },
  ])('$why is refused', ({ answer, says }) => {
    expect(() => opened().mechanism.next(Buffer.from(answer))).toThrow(says)
  })

  test.each([
    { why: 'an error', answer: 'e=invalid-proof', says: /the broker refuses: invalid-proof/ },
    { why: 'a wrong signature', answer: 'v=AAAA', says: /does not know the password/ },
  ])('$why at the end is refused', ({ answer, says }) => {
    const { mechanism } = opened()
    mechanism.next(Buffer.from(challenge))
    expect(() => mechanism.next(Buffer.from(answer))).toThrow(says)
  })
})
