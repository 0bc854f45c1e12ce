/** The main job as a person does it: the commands of `bin/`, a broker that starts by itself, one pipe. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { gone } from '../support/jackdaw.ts'
import { digestOf, writeLines } from '../support/lines.ts'
import { newSession, type Session } from './session.ts'

let session: Session
beforeEach(() => {
  session = newSession()
})
afterEach(() => session.end())

const consumed = (count: number) => `Processed a total of ${count} messages\n`

test('the session of the README, from a folder that has nothing to do with it', async () => {
  const { sh } = session
  writeFileSync(
    join(session.folder, 'access.log'),
    Array.from({ length: 1000 }, (_, i) => `GET /${i} käse €\n`).join(''),
  )

  expect(
    await sh('topics --create --topic orders --partitions 3 --replication-factor 1'),
  ).toMatchObject({
    code: 0,
    stdout: 'Created topic orders.\n',
    stderr: expect.stringMatching(/^jackdaw: starting a local broker in .*\n$/),
  })
  expect(await sh('cat access.log | console-producer --topic orders')).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  })
  const five = await sh('console-consumer --topic orders --from-beginning --max-messages 5')
  expect(five.code).toBe(0)
  expect(five.stdout).toMatch(/^(GET \/\d+ käse €\n){5}$/)
  expect(five.stderr.endsWith(consumed(5))).toBe(true)

  const billing = await sh(
    'console-consumer --topic orders --group billing --from-beginning --timeout-ms 3000 > /dev/null',
  )
  expect(billing.stderr).toContain(consumed(1000))
  await sh('echo one more | console-producer --topic orders')

  const described = await sh('consumer-groups --describe --group billing')
  expect(described.code).toBe(0)
  const rows = described.stdout
    .split('\n')
    .filter((line) => line.startsWith('billing'))
    .map((line) => line.split(/ +/))
  expect(rows.map(([, topic, partition]) => `${topic}-${partition}`).sort()).toEqual([
    'orders-0',
    'orders-1',
    'orders-2',
  ])
  const sum = (column: number) => rows.reduce((total, row) => total + Number(row[column]), 0)
  expect([sum(3), sum(4), sum(5)]).toEqual([1000, 1001, 1])

  const status = await session.status()
  expect(status).toMatchObject({ home: session.home })
  expect(status.brokers).toHaveLength(1)
  expect(status.brokers[0]).toMatchObject({
    id: 1,
    state: 'running',
    address: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
  })
  expect((await sh('jackdaw status')).code).toBe(0)
  expect((await sh('jackdaw stop')).code).toBe(0)
  await gone(status.brokers[0]!.pid!)
})

describe('a pipe of 100 MB of real lines', () => {
  test('comes out as it went in, through a producer whose memory stays flat', async () => {
    const { sh, folder } = session
    const lines = await writeLines(join(folder, 'in.txt'), 100e6)
    await sh('topics --create --topic pipe --partitions 1')
    const producer = session.start('exec console-producer --topic pipe < in.txt')
    const peak = watchMemory(producer.child.pid!)
    expect(await producer.finished).toMatchObject({ code: 0 })
    expect(peak()).toBeLessThan(300)

    const out = await sh(
      `console-consumer --topic pipe --from-beginning --max-messages ${lines.count} > out.txt`,
    )
    expect(out.stderr.endsWith(consumed(lines.count))).toBe(true)
    expect(await digestOf(join(folder, 'out.txt'))).toEqual({
      ...lines,
      path: join(folder, 'out.txt'),
    })
  }, 120_000)

  test('over several partitions: every line once, in whatever order', async () => {
    const { sh, folder } = session
    const { count, anyOrder } = await writeLines(join(folder, 'in.txt'), 20e6)
    await sh('topics --create --topic pipe --partitions 4')
    expect(
      await sh('console-producer --topic pipe --compression-codec zstd < in.txt'),
    ).toMatchObject({ code: 0, stderr: '' })
    await sh(`console-consumer --topic pipe --from-beginning --max-messages ${count} > out.txt`)
    expect(await digestOf(join(folder, 'out.txt'))).toMatchObject({ count, anyOrder })
  }, 120_000)

  test('survives a kill -9 of the broker in the middle: everything acknowledged is there once', async () => {
    const { sh, folder } = session
    const lines = await writeLines(join(folder, 'in.txt'), 100e6)
    await sh('topics --create --topic pipe --partitions 1')
    const broker = (await session.status()).brokers[0]!

    const producer = session.start('exec console-producer --topic pipe < in.txt')
    // In the middle: some is on disk, and more is to come.
    await producerHasWritten(join(broker.dataDirectory, 'pipe-0'), producer.child.pid!)
    process.kill(broker.pid!, 'SIGKILL')
    await gone(broker.pid!)
    expect(producer.child.exitCode).toBeNull()
    expect(await sh('jackdaw start')).toMatchObject({ code: 0 })

    const produced = await producer.finished
    expect(produced).toMatchObject({ code: 0 })
    await sh(
      `console-consumer --topic pipe --from-beginning --max-messages ${lines.count} > out.txt`,
    )
    expect(await digestOf(join(folder, 'out.txt'))).toEqual({
      ...lines,
      path: join(folder, 'out.txt'),
    })
    // And no more than that.
    const offsets = await sh(
      'console-consumer --topic pipe --partition 0 --offset latest --timeout-ms 300; consumer-groups --reset-offsets --group g --topic pipe --to-latest --execute',
    )
    expect(offsets.stdout).toMatch(new RegExp(`g +pipe +0 +${lines.count}\\n`))
  }, 180_000)
})

test('four tools that start the broker at the same moment get one', async () => {
  const said = await Promise.all(Array.from({ length: 4 }, () => session.sh('topics --list')))
  expect(said.map(({ code, stdout }) => ({ code, stdout }))).toEqual(
    Array.from({ length: 4 }, () => ({ code: 0, stdout: '\n' })),
  )
  const { brokers } = await session.status()
  expect(brokers).toHaveLength(1)
  if (existsSync('/proc')) expect(brokersOf(session.home)).toEqual([brokers[0]!.pid])
})

test('a broker that was killed is started again by the next tool, with all its data', async () => {
  const { sh } = session
  await sh('topics --create --topic kept; echo a line | console-producer --topic kept')
  const pid = (await session.status()).brokers[0]!.pid!
  process.kill(pid, 'SIGKILL')
  await gone(pid)
  expect(await sh('topics --list')).toMatchObject({ code: 0, stdout: 'kept\n' })
  expect(await sh('console-consumer --topic kept --from-beginning --max-messages 1')).toMatchObject(
    { stdout: 'a line\n' },
  )
})

test('a reader that goes away ends the consumer quietly', async () => {
  const { sh } = session
  await sh('topics --create --topic t')
  await sh("yes 'a line' | head -n 20000 | console-producer --topic t")
  const { stdout, stderr } = await sh('console-consumer --topic t --from-beginning | head -n 2')
  expect(stdout).toBe('a line\na line\n')
  expect(stderr).not.toMatch(/EPIPE|Error|at /)
})

/** The most memory (MiB) that a process had so far; 0 where the machine does not tell. */
function watchMemory(pid: number): () => number {
  let peak = 0
  const look = () => {
    try {
      const [, kib] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
      peak = Math.max(peak, Number(kib ?? 0) / 1024)
    } catch {
      clearInterval(timer)
    }
  }
  const timer = setInterval(look, 20)
  timer.unref()
  return () => {
    clearInterval(timer)
    return peak
  }
}

/** Resolves when some megabytes of the partition are on disk and the producer has not ended. */
async function producerHasWritten(partition: string, producer: number): Promise<void> {
  const deadline = performance.now() + 30_000
  while (sizeOf(partition) < 10e6) {
    if (performance.now() > deadline) throw new Error(`nothing arrives in ${partition}`)
    process.kill(producer, 0)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function sizeOf(folder: string): number {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.log'))
      .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
  } catch {
    return 0
  }
}

/** The processes that are a broker of this home (by what they were started with). */
function brokersOf(home: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const args = readOr(`/proc/${pid}/cmdline`, '').split('\0')
      return args.some((arg) => arg.startsWith(home)) && args.some((arg) => /broker/.test(arg))
    })
    .map(Number)
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return otherwise
  }
}
