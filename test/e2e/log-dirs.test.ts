/** Replicas that move between two log directories of a broker: asked for by either kind of tool, stopped in the middle, given up. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { alterReplicaLogDirs } from '../../src/protocol/apis/alter-replica-log-dirs.ts'
import { errorName } from '../../src/protocol/errors.ts'
import { apache, runApacheTool } from '../support/apache.ts'
import { until } from '../support/asking.ts'
import { expectFlawless } from '../support/flawless.ts'
import { dataOf, type Kind, type OneBroker, startOn } from '../support/one-broker.ts'
import { newSession, type Said, type Session } from './session.ts'

const had = apache()
const missing = had.ok ? '' : ` (skipped: ${had.reason})`

let session: Session
let broker: OneBroker | undefined
let first: string
let second: string
beforeEach(() => {
  session = newSession()
  first = dataOf(join(session.folder, 'root'))
  second = join(session.folder, 'second')
})
afterEach(async () => {
  await broker?.kill()
  broker = undefined
  await session.end()
})

async function start(kind: Kind = 'jackdaw'): Promise<void> {
  for (const path of [first, second]) mkdirSync(path, { recursive: true })
  const more = { 'log.dirs': `${first},${second}`, 'metadata.log.dir': first }
  broker = await startOn(join(session.folder, 'root'), kind, more)
}

async function stop(how: 'stop' | 'kill'): Promise<void> {
  const ended = broker!
  broker = undefined
  await ended[how]()
}

const ours = (line: string): Promise<Said> => {
  const [tool, ...rest] = line.split(' ')
  return session.sh(`${tool} --bootstrap-server ${broker!.address} ${rest.join(' ')}`)
}

async function theirs(line: string): Promise<Said> {
  const [tool, ...rest] = line.split(' ')
  const args = ['--bootstrap-server', broker!.address, ...rest]
  const { code, stdout, stderr } = await runApacheTool(`kafka-${tool}`, args)
  return { code, stdout: String(stdout), stderr: String(stderr) }
}

const count = 300_000
// Long enough that a move takes several pieces.
const line = 'records that are long enough to be worth a move'

/** A topic in the first directory. */
async function filled(): Promise<void> {
  await ask('t', 0, first)
  const created = await ours('topics --create --topic t --partitions 1 --replication-factor 1')
  expect(created).toMatchObject({ code: 0 })
  const server = `--bootstrap-server ${broker!.address}`
  const produce = `seq -f '%.0f ${line}' ${count} | console-producer ${server} --topic t`
  expect(await session.sh(produce)).toMatchObject({ code: 0 })
}

/** What a broker says to a wish; of a topic that is not there it keeps it in mind. */
async function ask(topic: string, partition: number, path: string): Promise<string> {
  const { results } = await broker!.connection.call(alterReplicaLogDirs, {
    dirs: [{ path, topics: [{ name: topic, partitions: [partition] }] }],
  })
  return errorName(results[0]!.partitions[0]!.errorCode)
}

async function expectAll(more: readonly string[] = []): Promise<void> {
  const { stdout } = await ours(
    `console-consumer --topic t --from-beginning --max-messages ${count + more.length}`,
  )
  const lines = stdout.trimEnd().split('\n')
  expect(lines).toHaveLength(count + more.length)
  const wrong = lines.findIndex((each, index) => {
    return each !== (index < count ? `${index + 1} ${line}` : more[index - count])
  })
  expect(wrong).toBe(-1)
}

const folders = (path: string) =>
  readdirSync(path)
    .filter((name) => /^t-\d/.test(name))
    .map((name) => name.replace(/\.[0-9a-f]{32}-/, '-'))

function plan(path: string): string {
  const partitions = [{ topic: 't', partition: 0, replicas: [1], log_dirs: [path] }]
  const file = join(session.folder, 'plan.json')
  writeFileSync(file, JSON.stringify({ version: 1, partitions }))
  return `reassign-partitions --reassignment-json-file ${file}`
}

// So little that after a first piece, of one megabyte, nothing more comes for many seconds.
const held = '--replica-alter-log-dirs-throttle 1'

const isUnderWay = ({ stdout }: Said) =>
  /"size":[1-9]\d*,"offsetLag":[1-9]\d*,"isFuture":true/.test(stdout)

const unthrottle =
  'configs --alter --entity-type brokers --entity-name 1 --delete-config replica.alter.log.dirs.io.max.bytes.per.second'

const moved = (verify: () => Promise<Said>) =>
  until(verify, ({ stdout }) => stdout.includes('t-0-1 completed successfully'))

test('a broker that is killed in the middle of a move goes on with it; and Apache Kafka opens what it leaves', async () => {
  await start()
  await filled()
  const reassign = plan(second)
  const begun = await ours(`${reassign} --execute ${held}`)
  expect(begun.stdout).toContain('The replica-alter-dir throttle limit was set to 1 B/s\n')
  expect(begun.stdout).toContain(
    `Successfully started moving log directory to ${second} for replica t-0 with broker 1 \n`,
  )
  await until(() => ours('log-dirs --describe --topic-list t'), isUnderWay)
  expect((await ours(`${reassign} --verify`)).stdout).toContain(
    'Reassignment of replica t-0-1 is still in progress.\n',
  )
  expect([folders(first), folders(second)]).toEqual([['t-0'], ['t-0-future']])
  const server = `--bootstrap-server ${broker!.address}`
  expect(await session.sh(`echo meanwhile | console-producer ${server} --topic t`)).toMatchObject({
    code: 0,
  })
  await stop('kill')

  await start()
  expect((await ours(`${reassign} --verify --preserve-throttles`)).stdout).toContain(
    'still in progress',
  )
  expect(await ours(unthrottle)).toMatchObject({ code: 0 })
  await moved(() => ours(`${reassign} --verify`))
  expect([folders(first), folders(second)]).toEqual([['t-0-delete'], ['t-0']])
  await expectAll(['meanwhile'])
  await stop('kill')
  await start()
  await expectAll(['meanwhile'])
  await stop('stop')
  if (!had.ok) return
  await expectFlawless(second, { filesMin: 3 })
  await start('apache')
  await expectAll(['meanwhile'])
}, 240_000)

test('a move that is cancelled, or redirected, leaves nothing behind; a topic may be deleted in its middle', async () => {
  await start()
  await filled()
  const reassign = plan(second)
  expect(await ours(`${reassign} --execute ${held}`)).toMatchObject({ code: 0 })
  const cancelled = await ours(`${reassign} --cancel --preserve-throttles`)
  expect(cancelled).toMatchObject({
    code: 0,
    stdout: `None of the specified partition reassignments are active.\nSuccessfully started moving log directory to ${first} for replica t-0 with broker 1 \n`,
  })
  expect([folders(first), folders(second)]).toEqual([['t-0'], ['t-0-delete']])
  expect((await ours(`${reassign} --verify --preserve-throttles`)).stdout).toContain(
    `Partition t-0 on broker 1 is not being moved from log dir ${first} to ${second}.\n`,
  )
  await expectAll()
  expect(await ours(`${reassign} --execute`)).toMatchObject({ code: 0 })
  expect((await ours(`${plan(first)} --verify --preserve-throttles`)).stdout).toContain(
    `Partition t-0 on broker 1 is being moved to log dir ${second} instead of ${first}.\n`,
  )
  expect(await ours('topics --delete --topic t')).toMatchObject({ code: 0 })
  const live = (path: string) => folders(path).filter((name) => !name.endsWith('-delete'))
  await until(
    async () => [...live(first), ...live(second)],
    (names) => names.length === 0,
  )
  expect((await ours(`${reassign} --verify --preserve-throttles`)).stdout).toContain(
    'Partition t-0 is not found in any live log dir on broker 1. There is likely an offline log directory on the broker.\n',
  )
}, 120_000)

test('what cannot be done is refused as Kafka does; what is asked of a topic to come is kept in mind', async () => {
  await start()
  expect(await ask('t', 0, second)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  expect(
    await ours('topics --create --topic t --partitions 3 --replication-factor 1'),
  ).toMatchObject({ code: 0 })
  expect(folders(second)).toContain('t-0')
  expect(await ask('t', 0, second)).toBe('NONE')
  expect(await ask('t', 0, '/nowhere')).toBe('LOG_DIR_NOT_FOUND')
  expect(await ask('t', 9, second)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  expect(await ask('x'.repeat(249), 0, second)).toBe('INVALID_TOPIC_EXCEPTION')
  const refused = await ours(`${plan('/nowhere')} --execute`)
  expect(refused.code).toBe(1)
  expect(refused.stdout).toContain('Error: Failed to alter dir for t-0-1\n')
})

describe.skipIf(!had.ok)(`crosswise with Apache Kafka${missing}`, () => {
  test.each([
    { begins: 'jackdaw', ends: 'apache' },
    { begins: 'apache', ends: 'jackdaw' },
  ] as const)(
    '$begins begins a move and is killed, $ends goes on with it',
    { timeout: 240_000 },
    async ({ begins, ends }) => {
      await start(begins)
      await filled()
      const [to, from] = folders(first).length > 0 ? [second, first] : [first, second]
      const reassign = plan(to)
      expect(await ours(`${reassign} --execute ${held}`)).toMatchObject({ code: 0 })
      await until(() => ours('log-dirs --describe --topic-list t'), isUnderWay)
      await stop('kill')
      expect([folders(from), folders(to)]).toEqual([['t-0'], ['t-0-future']])

      await start(ends)
      expect(await ours(unthrottle)).toMatchObject({ code: 0 })
      await moved(() => ours(`${reassign} --verify`))
      expect(folders(to)).toEqual(['t-0'])
      await expectAll()
      await stop('stop')
      await expectFlawless(to, { filesMin: 3 })
    },
  )

  test.each([
    { what: 'its tool, our broker', kind: 'jackdaw', tool: theirs, other: ours },
    { what: 'our tool, its broker', kind: 'apache', tool: ours, other: theirs },
  ] as const)('$what', { timeout: 240_000 }, async ({ kind, tool, other }) => {
    await start(kind)
    await filled()
    const [to, back] = folders(first).length > 0 ? [second, first] : [first, second]
    const reassign = plan(to)
    expect(await tool(`${reassign} --execute ${held}`)).toMatchObject({ code: 0 })
    const verify = `${reassign} --verify --preserve-throttles`
    const said = await tool(verify)
    expect(said.stdout).toContain('Reassignment of replica t-0-1 is still in progress.\n')
    expect((await other(verify)).stdout).toBe(said.stdout)
    expect((await tool('log-dirs --describe --topic-list t')).stdout).toContain('"isFuture":true')
    const cancelled = await tool(`${reassign} --cancel`)
    expect(cancelled.stdout).toContain(
      `Successfully started moving log directory to ${back} for replica t-0 with broker 1 \n`,
    )
    const idle = await tool(verify)
    expect(idle.stdout).toContain(`is not being moved from log dir ${back} to ${to}.\n`)
    expect((await other(verify)).stdout).toBe(idle.stdout)
    expect(await tool(`${reassign} --execute`)).toMatchObject({ code: 0 })
    const done = await moved(() => tool(`${reassign} --verify`))
    expect(done.stdout).toContain('Clearing broker-level throttles on broker 1\n')
    expect((await other(verify)).stdout).toContain('t-0-1 completed successfully.\n')
    expect(folders(to)).toContain('t-0')
    await expectAll()
    const nowhere = `${plan('/nowhere')} --execute`
    const refused = await tool(nowhere)
    expect(refused.code).toBe(1)
    const firstLines = ({ stdout }: Said) =>
      stdout
        .split('\n')
        .slice(-30)
        .filter((each) => !each.startsWith('\t'))
    expect(firstLines(refused)[0]).toBe(firstLines(await other(nowhere))[0])
  })
})
