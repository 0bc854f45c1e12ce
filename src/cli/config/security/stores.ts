/** Whom a client trusts, and who it is: out of PEM (KIP-651), or out of a PKCS#12 or JKS file, which is what Java's keytool makes. */
import { readBinaryFile } from '../../../host/files.ts'
import type { Identity } from '../../../host/tls.ts'
import { configError } from '../../java/errors.ts'
import type { ClientConfigs } from '../client-configs.ts'
import type { Common } from '../cluster-options.ts'
import { readNamed } from '../file.ts'
import { jksMagic, readJks } from './jks.ts'
import { readPkcs12 } from './pkcs12.ts'

type Configs = ClientConfigs<Common>

/** PEM; null trusts whom the system trusts. */
export function authoritiesOf(configs: Configs): string[] | null {
  const inline = configs.get('ssl.truststore.certificates')
  if (inline != null) return [inline]
  const path = configs.get('ssl.truststore.location')
  if (path == null) return null
  const store = readStore(path, {
    password: configs.get('ssl.truststore.password'),
    what: 'ssl.truststore',
  })
  return store.kind === 'pem' ? [store.text] : store.certificates
}

export function identityOf(configs: Configs): Identity | null {
  const passphrase = configs.get('ssl.key.password') ?? undefined
  const [chain, key] = [
    configs.get('ssl.keystore.certificate.chain'),
    configs.get('ssl.keystore.key'),
  ]
  if (chain != null && key != null) return { chain, key, passphrase }
  const path = configs.get('ssl.keystore.location')
  if (path == null) return null
  const store = readStore(path, {
    password: configs.get('ssl.keystore.password'),
    keyPassword: passphrase ?? null,
    what: 'ssl.keystore',
  })
  // One file holds both, and Node finds in it what it needs.
  if (store.kind === 'pem') return { chain: store.text, key: store.text, passphrase }
  if (store.key === null) throw configError(`${path} (ssl.keystore.location) holds no private key`)
  return { chain: store.certificates.join(''), key: store.key }
}

type Store =
  | { readonly kind: 'pem'; readonly text: string }
  | { readonly kind: 'binary'; readonly certificates: string[]; readonly key: string | null }

/** By what is in the file, as Java does it: the type that is named is often the default that nobody thought about. */
function readStore(
  path: string,
  {
    password,
    keyPassword = null,
    what,
  }: { password: string | null | undefined; keyPassword?: string | null; what: string },
): Store {
  const bytes = Buffer.from(readNamed(path, readBinaryFile))
  if (bytes.includes('-----BEGIN ')) return { kind: 'pem', text: bytes.toString() }
  const isJks = bytes.length >= 4 && bytes.readUInt32BE(0) === jksMagic
  try {
    const content = isJks
      ? readJks(bytes, password ?? '', keyPassword ?? undefined)
      : readPkcs12(bytes, password ?? '')
    return { kind: 'binary', ...content }
  } catch (cause) {
    const kind = isJks ? 'is damaged' : 'is no PEM, no PKCS#12 and no JKS'
    throw configError(
      `Failed to load SSL keystore ${path}: it ${kind}, or ${what}.password is not its password (${(cause as Error).message})`,
    )
  }
}
