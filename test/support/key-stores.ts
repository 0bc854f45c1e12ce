/** Certificates of a broker and of a client, and who trusts them, as Java's keytool makes them. */
import { join } from 'node:path'
import { runChecked } from './processes.ts'

/** In `folder`: `broker` and `client` as .p12 and .pem, `trusts-broker` and `trusts-client` as .p12, and two of them as .jks. */
export async function makeStores(folder: string, password: string): Promise<void> {
  const store = (name: string) => join(folder, name)
  const keytool = (...args: string[]) =>
    runChecked({ command: 'keytool', args: [...args, '-storepass', password] })
  for (const [who, algorithm] of [
    ['broker', 'RSA'],
    ['client', 'EC'],
  ] as const) {
    const own = ['-keystore', store(`${who}.p12`), '-storetype', 'PKCS12', '-alias', who]
    const san = ['-ext', 'SAN=IP:127.0.0.1,DNS:localhost']
    await keytool('-genkeypair', ...own, '-keyalg', algorithm, '-dname', `CN=${who}`, ...san)
    await keytool('-exportcert', ...own, '-rfc', '-file', store(`${who}.pem`))
    await keytool(
      ...['-importcert', '-noprompt', '-alias', who, '-file', store(`${who}.pem`)],
      ...['-keystore', store(`trusts-${who}.p12`), '-storetype', 'PKCS12'],
    )
  }
  await keytool(
    ...['-importcert', '-noprompt', '-alias', 'broker', '-file', store('broker.pem')],
    ...['-keystore', store('trusts-broker.jks'), '-storetype', 'JKS'],
  )
  await keytool(
    ...['-importkeystore', '-noprompt', '-srckeystore', store('client.p12')],
    ...['-srcstorepass', password, '-destkeystore', store('client.jks'), '-deststoretype', 'JKS'],
  )
}
