/** The verbs of `jackdaw`: what a person does with the local cluster itself. */
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { toolNames } from '../../src/cli/tools.ts'
import { gone } from '../support/jackdaw.ts'
import { end, freePorts } from '../support/processes.ts'
import { which } from '../support/project.ts'
import { newSession, type Session } from './session.ts'

let session: Session
beforeEach(() => {
  session = newSession()
})
afterEach(() => session.end())

test('start, restart and stop keep what is there; status tells a program and a person', async () => {
  const { sh, home } = session
  expect(await sh('jackdaw status')).toMatchObject({
    code: 1,
    stdout: `no cluster in ${home}; "jackdaw start" makes one\n`,
  })
  expect((await sh('jackdaw start')).stdout).toMatch(
    /^broker 1 runs on 127\.0\.0\.1:\d+ and \S+\/1\.sock \(process \d+\)\n$/,
  )
  const [first] = (await session.status()).brokers
  expect(first).toEqual({
    id: 1,
    pid: expect.any(Number),
    state: 'running',
    roles: ['broker', 'controller'],
    socket: expect.stringMatching(/1\.sock$/),
    address: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    dataDirectory: join(home, 'data', '1'),
    sizeBytes: expect.any(Number),
    properties: expect.stringContaining(home),
  })
  expect(statSync(join(first!.socket, '..')).mode & 0o777).toBe(0o700)

  await sh('topics --create --topic kept')
  expect((await sh('jackdaw restart')).code).toBe(0)
  await gone(first!.pid!)
  const [second] = (await session.status()).brokers
  expect(second).toMatchObject({ state: 'running', dataDirectory: first!.dataDirectory })
  expect(second!.pid).not.toBe(first!.pid)
  expect((await sh('topics --list')).stdout).toBe('kept\n')

  expect((await sh('jackdaw stop')).code).toBe(0)
  expect(existsSync(first!.socket)).toBe(false)
  expect(await sh('jackdaw stop')).toMatchObject({
    code: 0,
    stdout: `no broker runs in ${home}\n`,
  })
  expect((await sh('jackdaw status')).code).toBe(1)
})

test('logs tell of the broker, and with -f go on until Ctrl-C', async () => {
  const { sh } = session
  await sh('jackdaw start')
  const lines = (await sh('jackdaw logs')).stdout.trim().split('\n')
  expect(lines.map((line) => JSON.parse(line).msg)).toContain('ready')
  const following = session.start('exec jackdaw logs -f')
  await following.outputs((output) => output.includes('"ready"'), 30_000)
  await sh('jackdaw stop')
  await following.outputs((output) => output.includes('"stopping"'), 30_000)
  expect(await end(following, 'SIGINT')).toMatchObject({ code: 130 })
})

test('reset asks, and where nobody can be asked it wants --yes', async () => {
  const { sh, home } = session
  await sh('topics --create --topic t')
  writeFileSync(join(home, 'mine.txt'), 'mine\n')
  expect(await sh('jackdaw reset < /dev/null')).toEqual({
    code: 1,
    stdout: '',
    stderr: 'jackdaw: reset removes all topics and groups; say --yes where nobody can be asked\n',
  })
  expect((await sh('topics --list')).stdout).toBe('t\n')

  const { pid } = (await session.status()).brokers[0]!
  expect(await sh('jackdaw reset --yes')).toMatchObject({
    code: 0,
    stdout: `removed the cluster in ${home}\n`,
  })
  await gone(pid!)
  expect(existsSync(join(home, 'data'))).toBe(false)
  expect(existsSync(join(home, 'mine.txt'))).toBe(true)
  expect((await sh('topics --list')).stdout).toBe('\n')
})

test('--no-start, and the variable for it, leave things as they are', async () => {
  const { sh, home } = session
  for (const line of ['topics --list --no-start', 'JACKDAW_NO_START=1 topics --list']) {
    const { code, stdout, stderr } = await sh(line)
    expect({ code, stdout }, line).toEqual({ code: 1, stdout: '' })
    expect(stderr, line).toContain('--bootstrap-server must be specified')
    expect(stderr, line).not.toMatch(/^ +at /m)
  }
  expect(existsSync(join(home, 'data'))).toBe(false)
})

test('two homes are two clusters, side by side', async () => {
  const { sh, folder } = session
  const other = join(folder, 'other')
  await sh('topics --create --topic here')
  try {
    expect((await sh(`topics --create --topic there --home ${other}`)).code).toBe(0)
    expect((await sh('topics --list')).stdout).toBe('here\n')
    expect((await sh(`topics --list --home ${other}`)).stdout).toBe('there\n')
    const there = JSON.parse((await sh(`jackdaw status --json --home ${other}`)).stdout)
    const here = await session.status()
    expect(there.brokers[0].address).not.toBe(here.brokers[0]!.address)
    expect(there.clusterId).not.toBe(here.clusterId)
  } finally {
    await sh(`jackdaw stop --home ${other}`)
  }
})

test('a home whose path is too long for a socket works all the same', async () => {
  const { sh, folder } = session
  const deep = join(folder, 'deep'.repeat(20), 'er'.repeat(40))
  mkdirSync(deep, { recursive: true })
  try {
    expect((await sh(`topics --create --topic t --home ${deep}`)).code).toBe(0)
    expect((await sh(`topics --list --home ${deep}`)).stdout).toBe('t\n')
    const { brokers } = JSON.parse((await sh(`jackdaw status --json --home ${deep}`)).stdout)
    expect(Buffer.byteLength(brokers[0].socket)).toBeLessThan(104)
  } finally {
    await sh(`jackdaw stop --home ${deep}`)
  }
})

test("shims give the tools Apache's names", async () => {
  const { sh, folder } = session
  expect((await sh('jackdaw shims old')).code).toBe(0)
  const names = readdirSync(join(folder, 'old'))
  for (const tool of toolNames) {
    expect(names).toContain(`kafka-${tool}`)
    expect(names).toContain(`kafka-${tool}.sh`)
  }
  expect(await sh('old/kafka-topics.sh --create --topic t')).toMatchObject({ code: 0 })
  expect((await sh('old/kafka-topics --list')).stdout).toBe('t\n')
})

test('doctor says that all is well, and which advertised address is not', async () => {
  const { sh } = session
  expect((await sh('jackdaw doctor')).code).toBe(1)
  await sh('jackdaw start')
  const { address } = (await session.status()).brokers[0]!
  expect(await sh(`jackdaw doctor ${address}`)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /^ok \S+ takes connections\nok \S+ speaks Kafka's protocol\nok cluster \S{22}: 1 broker, controller 1\n$/,
    ),
  })
  expect((await sh('jackdaw doctor')).code).toBe(0)

  await sh('jackdaw stop')
  const [own, free] = await freePorts(2)
  await sh(
    `jackdaw start --override listeners=PLAINTEXT://127.0.0.1:${own} --override advertised.listeners=PLAINTEXT://127.0.0.1:${free}`,
  )
  const { code, stdout } = await sh(`jackdaw doctor 127.0.0.1:${own}`)
  expect(code).toBe(1)
  expect(stdout).toMatch(
    new RegExp(
      `^NO broker 1 advertises 127\\.0\\.0\\.1:${free}, where no client can reach it$`,
      'm',
    ),
  )
})

test('bash completes verbs, options, topics and groups', async () => {
  const { sh } = session
  await sh('topics --create --topic orders; topics --create --topic orders.dead')
  await sh('consumer-groups --reset-offsets --group billing --topic orders --to-earliest --execute')
  const completed = async (line: string, tail = line.split(' ').at(-1)) => {
    writeFileSync(
      join(session.folder, 'complete.sh'),
      `eval "$(jackdaw completion bash)"
compopt() { :; }
COMP_LINE='${line}' COMP_POINT=${line.length} COMP_WORDS=('${tail}') COMP_CWORD=0
_jackdaw
echo "\${COMPREPLY[*]}"
`,
    )
    return (await sh('bash complete.sh')).stdout.trim()
  }
  expect(await completed('jackdaw sto')).toBe('stop')
  expect(await completed('jackdaw topics --part')).toBe(
    '--partition-size-limit-per-response --partitions',
  )
  expect(await completed('topics --describe --topic or')).toBe('orders orders.dead')
  // Bash has broken the word at the equals sign.
  expect(await completed('topics --topic=or', 'or')).toBe('orders orders.dead')
  expect(await completed('jackdaw-consumer-groups --describe --group ')).toBe('billing')
  expect(await completed('topics --bootstrap-server 127.0.0.1:1 --topic ')).toBe('')
  // What the verbs of Jackdaw's own take.
  expect(await completed('jackdaw completion ')).toBe('bash fish zsh')
  expect(await completed('jackdaw stop ')).toBe('--debug --home 1')
  expect(await completed('jackdaw consume or')).toBe('orders orders.dead')
  expect(await completed('jackdaw consume orders --tai')).toBe('--tail')
  expect(await completed('jackdaw produce --compression-codec zs')).toBe('zstd')
})

shellTest('zsh')('zsh completes the same', async () => {
  const { sh, folder } = session
  await sh('topics --create --topic orders; topics --create --topic orders.dead')
  // What zsh's own functions would get, without a terminal to show it on.
  const script = `compdef() { : }
_describe() { print -l -- "\${(@P)2}" }
_files() { print FILES }
eval "$(jackdaw completion zsh)"
words=("$@") CURRENT=$#
_jackdaw
`
  writeFileSync(join(folder, 'complete.zsh'), script)
  const completed = async (words: string) => (await sh(`zsh -f complete.zsh ${words}`)).stdout
  expect(await completed('jackdaw sto')).toMatch(/^stop:stop it, .+\n$/)
  expect(await completed('topics --partitio')).toMatch(
    /^--partition-size-.+:.+\n--partitions:.+\n$/,
  )
  expect(await completed('topics --describe --topic or')).toBe('orders\norders.dead\n')
  expect(await completed('topics --topic=or')).toBe('--topic=orders\n--topic=orders.dead\n')
  expect(await completed('topics --command-config x')).toBe('FILES\n')
})

shellTest('fish')('fish completes the same', async () => {
  const { sh, folder } = session
  await sh('topics --create --topic orders; topics --create --topic orders.dead')
  writeFileSync(join(folder, 'client.properties'), '')
  const completed = async (line: string) =>
    (await sh(`fish --no-config -c 'jackdaw completion fish | source; complete -C "${line}"'`))
      .stdout
  expect(await completed('jackdaw sto')).toMatch(/^stop\tstop it, .+\n$/)
  expect(await completed('topics --describe --topic or')).toBe('orders\norders.dead\n')
  expect(await completed('topics --topic=or')).toBe('--topic=orders\n--topic=orders.dead\n')
  expect(await completed('topics --command-config cli')).toBe('client.properties\n')
})

test('a verb or an option that is not there gets a line and exit code 1', async () => {
  const { sh } = session
  for (const line of [
    'jackdaw nonsense',
    'jackdaw start --nonsense',
    'jackdaw start --brokers x',
  ]) {
    const { code, stdout, stderr } = await sh(line)
    expect({ code, stdout }, line).toEqual({ code: 1, stdout: '' })
    expect(stderr, line).toMatch(/nonsense|x/)
    expect(stderr, line).not.toMatch(/^ +at /m)
  }
})

/** A test for machines that have this shell; on others its name says why it is skipped. */
function shellTest(shell: string) {
  const isThere = which(shell) !== null
  return (name: string, check: () => Promise<void>) =>
    test.skipIf(!isThere)(isThere ? name : `${name} (there is no ${shell} here)`, check)
}
