/** One broker in the foreground: its configuration, its directory, and a disk that takes no more. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { end, freePorts, type Running } from '../support/processes.ts'
import { newSession, type Session } from './session.ts'

let session: Session
let running: Running[]
let address: string
beforeEach(async () => {
  session = newSession()
  running = []
  address = `127.0.0.1:${(await freePorts(1))[0]}`
})
afterEach(async () => {
  for (const each of running) await end(each, 'SIGKILL')
  await session.end()
})

/** Writes a server.properties of one node, with some settings of the test's own. */
function properties(more: Record<string, string> = {}): string {
  const all = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'log.dirs': join(session.folder, 'data'),
    listeners: `PLAINTEXT://${address}`,
    'offsets.topic.replication.factor': '1',
    ...more,
  }
  const path = join(session.folder, 'server.properties')
  writeFileSync(
    path,
    Object.entries(all)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  )
  return path
}

async function startBroker(line: string): Promise<Running> {
  const broker = session.start(line)
  running.push(broker)
  await broker.outputs((output) => output.includes('"ready"'), 30_000)
  return broker
}

test('speaks to the address in its file, takes an override, and warns of a name that it does not know', async () => {
  const config = properties({ 'num.prtitions': '3' })
  const broker = await startBroker(
    `exec jackdaw broker --config ${config} --override num.partitions=2`,
  )
  const { sh } = session
  await sh(`topics --bootstrap-server ${address} --create --topic t`)
  const { stdout } = await sh(`topics --bootstrap-server ${address} --describe --topic t`)
  expect(stdout).toContain('PartitionCount: 2')
  const finished = await end(broker, 'SIGTERM')
  expect(finished.code).toBe(0)
  const warnings = finished.stdout
    .toString()
    .split('\n')
    .filter((line) => line.includes('"warn"'))
  expect(warnings.map((line) => JSON.parse(line).msg)).toEqual([
    'unknown configuration: num.prtitions',
  ])
})

describe('what is wrong gets one line that names it, and exit code 1', () => {
  const wrong: { why: string; more?: Record<string, string>; args?: string; says: RegExp }[] = [
    {
      why: 'a value of the wrong type',
      more: { 'num.partitions': 'many' },
      says: /^jackdaw broker: Invalid value many for configuration num\.partitions: Not a number/,
    },
    {
      why: 'a value out of bounds',
      args: '--override num.partitions=0',
      says: /^jackdaw broker: Invalid value 0 for configuration num\.partitions: Value must be at least 1/,
    },
    {
      why: 'an override without a value',
      args: '--override num.partitions',
      says: /^jackdaw broker: --override takes name=value, not "num\.partitions"\n$/,
    },
    {
      why: 'a directory that cannot be made',
      more: { 'log.dirs': '/dev/null/data' },
      says: /^jackdaw broker: the log directory \/dev\/null\/data failed \(ENOTDIR: not a directory/,
    },
  ]
  test.each(wrong)('$why', async ({ more, args = '', says }) => {
    const { code, stdout, stderr } = await session.sh(
      `jackdaw broker --config ${properties(more)} ${args}`,
    )
    expect(code).toBe(1)
    expect(stderr).toMatch(says)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stdout).not.toMatch(/\bat .*:\d+:\d+/)
  })

  test('a file that is not there', async () => {
    expect(await session.sh('jackdaw broker --config none.properties')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'jackdaw broker: --config names none.properties, but there is no such file\n',
    })
  })
})

test('a second broker on the same directory refuses with the id of the first one', async () => {
  const broker = await startBroker(`exec jackdaw broker --config ${properties()}`)
  const second = await session.sh(
    `jackdaw broker --config ${properties({ listeners: 'PLAINTEXT://127.0.0.1:0' })}`,
  )
  expect(second.code).toBe(1)
  expect(second.stderr).toContain(`is in use by process ${broker.child.pid}`)
  expect((await session.sh(`topics --bootstrap-server ${address} --list`)).code).toBe(0)
})

test('a port that is taken is told, and the one who holds it goes on', async () => {
  await startBroker(`exec jackdaw broker --config ${properties()}`)
  const second = await session.sh(
    `jackdaw broker --config ${properties({ 'log.dirs': join(session.folder, 'other') })}`,
  )
  expect(second.code).toBe(1)
  expect(second.stderr).toContain(address)
  expect((await session.sh(`topics --bootstrap-server ${address} --list`)).code).toBe(0)
})

test('a disk that takes no more ends the broker with the reason; what was acknowledged is there afterwards', async () => {
  const { sh } = session
  const config = properties()
  // No file may grow beyond these blocks of 512 bytes: the write fails half-way, as on a full disk.
  const broker = await startBroker(`ulimit -f 12000; exec jackdaw broker --config ${config}`)
  await sh(`topics --bootstrap-server ${address} --create --topic t`)
  await sh('seq -f "line %.0f" 1 1000000 > in.txt')
  const producer = session.start(
    `exec console-producer --bootstrap-server ${address} --topic t --max-block-ms 1000 --request-timeout-ms 1000 --producer-property delivery.timeout.ms=2000 --producer-property linger.ms=0 < in.txt`,
  )
  running.push(producer)
  const { code, stderr } = await broker.finished
  expect(code).toBe(1)
  expect(stderr.toString()).toMatch(
    /^jackdaw broker: the log directory \S+ failed \(E(FBIG|NOSPC): .*\)\n$/,
  )
  await producer.finished

  await startBroker(`exec jackdaw broker --config ${config}`)
  const read = await sh(
    `console-consumer --bootstrap-server ${address} --topic t --partition 0 --offset earliest --timeout-ms 1000 > out.txt; wc -l < out.txt`,
  )
  const count = Number(read.stdout)
  expect(count).toBeGreaterThan(1000)
  // A beginning of what went in, without a hole and without a line twice.
  expect(await sh(`head -n ${count} in.txt | cmp - out.txt`)).toMatchObject({ code: 0, stdout: '' })
}, 120_000)
