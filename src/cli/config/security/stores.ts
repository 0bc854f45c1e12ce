/** Whom a client trusts, and who it is: out of PEM (KIP-651), or out of a PKCS#12 file, which is what Java's keytool makes. */
import { readBinaryFile } from '../../../host/files.ts'
import type { Identity } from '../../../host/tls.ts'
import { configError } from '../../java/errors.ts'
import type { ClientConfigs } from '../client-configs.ts'
import type { Common } from '../cluster-options.ts'
import { readNamed } from '../file.ts'
import { readPkcs12 } from './pkcs12.ts'

type Configs = ClientConfigs<Common>

/** PEM; null trusts whom the system trusts. */
export function authoritiesOf(configs: Configs): string[] | null {
  const inline = configs.get('ssl.truststore.certificates')
  if (inline != null) return [inline]
  const path = configs.get('ssl.truststore.location')
  if (path == null) return null
  const store = readStore(path, configs.get('ssl.truststore.password'), 'ssl.truststore')
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
  const store = readStore(path, configs.get('ssl.keystore.password'), 'ssl.keystore')
  // One file holds both, and Node finds in it what it needs.
  if (store.kind === 'pem') return { chain: store.text, key: store.text, passphrase }
  if (store.key === null) throw configError(`${path} (ssl.keystore.location) holds no private key`)
  return { chain: store.certificates.join(''), key: store.key }
}

type Store =
  | { readonly kind: 'pem'; readonly text: string }
  | { readonly kind: 'pkcs12'; readonly certificates: string[]; readonly key: string | null }

const jksMagic = 0xfeedfeed

/** By what is in the file, as Java does it: the type that is named is often the default that nobody thought about. */
function readStore(path: string, password: string | null | undefined, what: string): Store {
  const bytes = Buffer.from(readNamed(path, readBinaryFile))
  if (bytes.includes('-----BEGIN ')) return { kind: 'pem', text: bytes.toString() }
  if (bytes.length >= 4 && bytes.readUInt32BE(0) === jksMagic) {
    throw configError(
      `${path} (${what}.location) is a JKS file, which these tools do not read. This makes one that they do: keytool -importkeystore -srckeystore ${path} -destkeystore ${path}.p12 -deststoretype PKCS12`,
    )
  }
  try {
    return { kind: 'pkcs12', ...readPkcs12(bytes, password ?? '') }
  } catch (cause) {
    throw configError(
      `Failed to load SSL keystore ${path}: it is no PEM and no PKCS#12, or ${what}.password is not its password (${(cause as Error).message})`,
    )
  }
}
