/** Our tools against Apache Kafka behind TLS and SASL, with stores as Java's keytool makes them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apache, apacheCommand } from '../support/apache.ts'
import { type ApacheCluster, startApacheKafka } from '../support/apache-cluster.ts'
import { jackdawCommand } from '../support/jackdaw.ts'
import { makeStores } from '../support/key-stores.ts'
import { run, runChecked } from '../support/processes.ts'

const has = apache()
const password = 'in the store'
const plainModule = 'org.apache.kafka.common.security.plain.PlainLoginModule'
const scramModule = 'org.apache.kafka.common.security.scram.ScramLoginModule'
const jaas = (module: string, name: string, secret: string) =>
  `${module} required username="${name}" password="${secret}";`

describe.skipIf(!has.ok)('an Apache Kafka that wants to know who we are', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jackdaw-security-'))
  const store = (name: string) => join(folder, name)
  let kafka: ApacheCluster

  beforeAll(async () => {
    await makeStores(folder, password)
    kafka = await startApacheKafka({
      listeners: { TLS: 'SSL', MUTUAL: 'SSL', NAMED: 'SASL_PLAINTEXT', BOTH: 'SASL_SSL' },
      config: {
        'ssl.keystore.location': store('broker.p12'),
        'ssl.keystore.type': 'PKCS12',
        'ssl.keystore.password': password,
        'listener.name.mutual.ssl.client.auth': 'required',
        'listener.name.mutual.ssl.truststore.location': store('trusts-client.p12'),
        'listener.name.mutual.ssl.truststore.password': password,
        'listener.name.mutual.ssl.truststore.type': 'PKCS12',
        ...Object.fromEntries(
          ['named', 'both'].flatMap((name) => [
            [`listener.name.${name}.sasl.enabled.mechanisms`, 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512'],
            [
              `listener.name.${name}.plain.sasl.jaas.config`,
              `${plainModule} required user_alice="secret";`,
            ],
            [`listener.name.${name}.scram-sha-256.sasl.jaas.config`, `${scramModule} required;`],
            [`listener.name.${name}.scram-sha-512.sasl.jaas.config`, `${scramModule} required;`],
          ]),
        ),
      },
    })
    const user = ['--entity-type', 'users', '--entity-name', 'alice']
    const alter = ['--bootstrap-server', kafka.bootstrap, '--alter', ...user, '--add-config']
    const credential = (mechanism: string) => `${mechanism}=[password=secret]`
    // One with Kafka's tool, one with ours: the logins below find out whether both are right.
    await runChecked(apacheCommand('kafka-configs', [...alter, credential('SCRAM-SHA-256')])!)
    await runChecked(jackdawCommand('configs', [...alter, credential('SCRAM-SHA-512')])!)
  })

  afterAll(async () => {
    await kafka?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test('our configs tells of the credentials', async () => {
    const { code, stdout } = await run(
      jackdawCommand('configs', [
        ...['--bootstrap-server', kafka.bootstrap, '--describe'],
        ...['--entity-type', 'users', '--entity-name', 'alice'],
      ])!,
    )
    expect(code).toBe(0)
    // The mechanisms come in the order of the broker's hashes.
    const [, credentials] = / for user-principal 'alice' are (.*)\n$/.exec(stdout.toString())!
    expect(credentials!.split(', ').sort()).toEqual([
      'SCRAM-SHA-256=iterations=4096',
      'SCRAM-SHA-512=iterations=4096',
    ])
  })

  async function tool(
    name: string,
    { listener, config, stdin = '' }: { listener: string; config: Config; stdin?: string },
    ...args: string[]
  ) {
    const file = store('client.properties')
    const lines = Object.entries(config).map(
      ([key, value]) => `${key}=${value.replaceAll('\r', '').replaceAll('\n', '\\n')}\n`,
    )
    writeFileSync(file, lines.join(''))
    const at = ['--bootstrap-server', kafka.listeners[listener]!, '--command-config', file]
    const said = await run(jackdawCommand(name, [...at, ...args])!, { stdin, timeoutMs: 60_000 })
    return { code: said.code, stdout: said.stdout.toString(), stderr: said.stderr.toString() }
  }

  type Config = Record<string, string>
  const trustsP12 = {
    'ssl.truststore.location': store('trusts-broker.p12'),
    'ssl.truststore.password': password,
    'ssl.truststore.type': 'PKCS12',
  }
  const trustsJks = {
    'ssl.truststore.location': store('trusts-broker.jks'),
    'ssl.truststore.password': password,
  }
  const trustsPem = { 'ssl.truststore.location': store('broker.pem'), 'ssl.truststore.type': 'PEM' }
  const identity = {
    'ssl.keystore.location': store('client.p12'),
    'ssl.keystore.password': password,
  }
  const sasl = (mechanism: string, module: string, secret = 'secret') => ({
    'sasl.mechanism': mechanism,
    'sasl.jaas.config': jaas(module, 'alice', secret),
  })
  const pem = () => readFileSync(store('broker.pem'), 'utf8')

  test.each<{ listener: string; with: string; config: () => Config }>([
    {
      listener: 'TLS',
      with: 'PKCS#12',
      config: () => ({ 'security.protocol': 'SSL', ...trustsP12 }),
    },
    { listener: 'TLS', with: 'PEM', config: () => ({ 'security.protocol': 'SSL', ...trustsPem }) },
    {
      listener: 'TLS',
      with: 'PEM in the properties',
      config: () => ({ 'security.protocol': 'SSL', 'ssl.truststore.certificates': pem() }),
    },
    {
      listener: 'MUTUAL',
      with: 'a certificate of our own',
      config: () => ({ 'security.protocol': 'SSL', ...trustsPem, ...identity }),
    },
    {
      listener: 'MUTUAL',
      with: 'JKS, for whom we trust and who we are',
      config: () => ({
        'security.protocol': 'SSL',
        ...trustsJks,
        'ssl.keystore.location': store('client.jks'),
        'ssl.keystore.password': password,
      }),
    },
    {
      listener: 'NAMED',
      with: 'PLAIN',
      config: () => ({ 'security.protocol': 'SASL_PLAINTEXT', ...sasl('PLAIN', plainModule) }),
    },
    {
      listener: 'NAMED',
      with: 'SCRAM-SHA-256',
      config: () => ({
        'security.protocol': 'SASL_PLAINTEXT',
        ...sasl('SCRAM-SHA-256', scramModule),
      }),
    },
    {
      listener: 'BOTH',
      with: 'SCRAM-SHA-512 through TLS',
      config: () => ({
        'security.protocol': 'SASL_SSL',
        ...trustsPem,
        ...sasl('SCRAM-SHA-512', scramModule),
      }),
    },
  ])(
    '$listener with $with: lines go in and come out',
    async ({ listener, config, ...by }) => {
      const at = { listener, config: config() }
      const topic = `security-${listener}-${by.with.replace(/\W/g, '-')}`
      expect(await tool('topics', at, '--create', '--topic', topic)).toMatchObject({
        code: 0,
        stderr: '',
      })
      const written = await tool(
        'console-producer',
        { ...at, stdin: 'one\ntwo\n' },
        ...['--topic', topic],
      )
      expect(written).toMatchObject({ code: 0, stderr: '' })
      const read = await tool(
        'console-consumer',
        at,
        ...['--topic', topic, '--from-beginning', '--max-messages', '2'],
      )
      expect(read.stdout).toBe('one\ntwo\n')
    },
    60_000,
  )

  test.each<{ why: string; listener: string; config: () => Config; says: RegExp }>([
    {
      why: 'a certificate that nobody vouches for',
      listener: 'TLS',
      config: () => ({ 'security.protocol': 'SSL' }),
      says: /SslAuthenticationException: SSL handshake failed: self-signed certificate/,
    },
    {
      why: 'TLS where none is spoken',
      listener: 'NAMED',
      config: () => ({
        'security.protocol': 'SSL',
        ...trustsPem,
        'request.timeout.ms': '1000',
        'default.api.timeout.ms': '2000',
      }),
      // Who hangs up has refused nothing: it is tried again, as by Kafka's clients.
      says: /TimeoutException: Timed out waiting for a node assignment\. Call: listTopics/,
    },
    {
      why: 'a wrong password',
      listener: 'NAMED',
      config: () => ({
        'security.protocol': 'SASL_PLAINTEXT',
        ...sasl('PLAIN', plainModule, 'wrong'),
      }),
      says: /SaslAuthenticationException: Authentication failed: Invalid username or password/,
    },
    {
      why: 'a wrong password for SCRAM',
      listener: 'NAMED',
      config: () => ({
        'security.protocol': 'SASL_PLAINTEXT',
        ...sasl('SCRAM-SHA-512', scramModule, 'wrong'),
      }),
      says: /SaslAuthenticationException: Authentication failed during authentication due to invalid credentials/,
    },
    {
      why: 'a mechanism that we do not know',
      listener: 'NAMED',
      config: () => ({
        'security.protocol': 'SASL_PLAINTEXT',
        ...sasl('GSSAPI', plainModule),
      }),
      says: /sasl\.mechanism=GSSAPI is not possible with these tools/,
    },
    {
      why: 'a wrong password of the store',
      listener: 'TLS',
      config: () => ({
        'security.protocol': 'SSL',
        ...trustsP12,
        'ssl.truststore.password': 'wrong',
      }),
      says: /Failed to load SSL keystore .*trusts-broker\.p12/,
    },
    {
      why: 'a wrong password of a JKS file',
      listener: 'TLS',
      config: () => ({
        'security.protocol': 'SSL',
        ...trustsJks,
        'ssl.truststore.password': 'wrong',
      }),
      says: /Failed to load SSL keystore .*trusts-broker\.jks/,
    },
  ])(
    '$why is told',
    async ({ listener, config, says }) => {
      const { code, stdout, stderr } = await tool(
        'topics',
        { listener, config: config() },
        '--list',
      )
      expect(code).toBe(1)
      expect(stdout).not.toMatch(/^\s+at /m)
      expect(stderr).toMatch(says)
      expect(stderr).not.toMatch(/^\s+at /m)
    },
    60_000,
  )

  test.each([
    {
      listener: 'TLS',
      says: /^NO \S+ does not answer as a broker of Kafka does\n {4}it speaks TLS \(its certificate is for broker\): a client needs security\.protocol=SSL/m,
    },
    {
      listener: 'NAMED',
      says: /^NO the broker does not tell of its cluster\n {4}it hangs up when it is asked: .*SASL_PLAINTEXT/m,
    },
  ])(
    'doctor says what $listener wants',
    async ({ listener, says }) => {
      const asked = jackdawCommand('jackdaw', ['doctor', kafka.listeners[listener]!])!
      const { code, stdout } = await run(asked, { timeoutMs: 60_000 })
      expect(stdout.toString()).toMatch(says)
      expect(code).toBe(1)
    },
    60_000,
  )
})
