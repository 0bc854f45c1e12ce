/** Three brokers as three processes: copies, failover, and the way back, as a person sees them. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newSession, type Session } from './session.ts'

let session: Session
beforeEach(() => {
  session = newSession()
})
afterEach(() => session.end())

const patienceMs = 60_000

const until: Session['until'] = (line, ready) => session.until(line, ready)

const inSync = (stdout: string): string[] =>
  [...stdout.matchAll(/Isr: ([\d,]*)/g)].map(([, ids]) => ids!.split(',').sort().join(','))

const numbers = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index).join('\n')

const allInSync = (stdout: string): boolean => {
  const sets = inSync(stdout)
  return sets.length > 0 && sets.every((ids) => ids === '1,2,3')
}

test('three copies; whichever broker is killed or stopped, a pipe goes on, and the broker comes back', async () => {
  const { sh } = session
  expect((await sh('jackdaw start --brokers 3')).stdout.match(/^broker \d runs/gm)).toHaveLength(3)
  await sh(
    'topics --create --topic orders --partitions 6 --replication-factor 3 --config min.insync.replicas=2',
  )
  const described = await until('topics --describe --topic orders', allInSync)
  const leaders = [...described.matchAll(/Leader: (\d)/g)].map(([, id]) => id)
  expect(new Set(leaders)).toEqual(new Set(['1', '2', '3']))

  const pipe = session.start('exec console-producer --topic orders --sync', { keepStdinOpen: true })
  const written: string[] = []
  const write = (count: number) => {
    for (let i = 0; i < count; i++) {
      const line = `record ${written.length}`
      written.push(line)
      pipe.child.stdin!.write(`${line}\n`)
    }
  }
  const consumed = 'console-consumer --topic orders --from-beginning'
  // Everything that was written so far can be read: so it was acknowledged by those that are left.
  const arrived = async () => {
    const { stdout, code } = await sh(
      `${consumed} --max-messages ${written.length} --timeout-ms ${patienceMs}`,
      2 * patienceMs,
    )
    expect(code).toBe(0)
    return stdout.trim().split('\n')
  }
  write(50)
  await arrived()
  for (const [id, verb] of [
    [1, 'kill --hard'],
    [2, 'kill --hard'],
    [3, 'kill --hard'],
    [1, 'stop'],
  ] as const) {
    expect((await sh(`jackdaw ${verb} ${id}`)).code).toBe(0)
    write(50)
    await arrived()
    expect(inSync((await sh('topics --describe --topic orders')).stdout).join()).not.toContain(
      String(id),
    )
    expect((await sh(`jackdaw start ${id}`)).code).toBe(0)
    await until('topics --describe --topic orders', allInSync)
  }
  pipe.child.stdin!.end()
  expect(await pipe.finished).toMatchObject({ code: 0 })
  const records = await arrived()
  expect(records.toSorted()).toEqual(written.toSorted())

  // Leadership goes back to the first replicas by itself.
  await until('topics --describe --topic orders', (stdout) =>
    [...stdout.matchAll(/Leader: (\d)\tReplicas: (\d)/g)].every(([, is, wanted]) => is === wanted),
  )
}, 300_000)

test('without a majority nothing is decided, and as soon as there is one again everything goes on', async () => {
  const { sh } = session
  await sh('jackdaw start --brokers 3')
  await sh(
    'topics --create --topic orders --replica-assignment 1:2:3 --config min.insync.replicas=2',
  )
  await until('topics --describe --topic orders', allInSync)
  await sh('seq 20 | console-producer --topic orders')
  await sh('jackdaw kill 2 3 --hard')
  // Its leader is there, and nobody can take the others out of the in-sync set.
  const read = 'console-consumer --topic orders --partition 0 --offset earliest --max-messages 20'
  expect(await sh(read)).toMatchObject({ code: 0, stdout: `${numbers(1, 20)}\n` })
  const soon =
    '--command-property delivery.timeout.ms=4000 --command-property request.timeout.ms=3000'
  const unwritten = await sh(`echo lost | console-producer --topic orders ${soon}`)
  expect(unwritten).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/not delivered.*Timeout/),
  })
  expect((await sh('topics --list')).stdout).toContain('orders')
  writeFileSync(join(session.folder, 'short.properties'), 'default.api.timeout.ms=2000\n')
  const refused = await sh('topics --create --topic late --command-config short.properties')
  expect(refused.code).toBe(1)
  expect(refused.stderr + refused.stdout).toMatch(/timed? ?out/i)
  expect((await sh('topics --list')).stdout).not.toContain('late')
  expect((await sh('jackdaw start 2 3')).code).toBe(0)
  await until('topics --describe --topic orders', allInSync)
  expect((await sh('topics --create --topic more --replication-factor 3')).code).toBe(0)
  expect(await sh('seq 21 40 | console-producer --topic orders')).toMatchObject({ code: 0 })
}, 300_000)

test('a broker comes, a broker goes; status tells how all are', async () => {
  const { sh } = session
  const health = async () => JSON.parse((await sh('jackdaw status --json')).stdout).health
  await sh('jackdaw start')
  await sh('topics --create --topic kept --partitions 2')
  await sh('seq 100 | console-producer --topic kept')
  const kept = async () => {
    const read = await sh('console-consumer --topic kept --from-beginning --max-messages 100')
    return read.stdout.trim().split('\n')
  }
  // It also makes the topic of the offsets while there is one broker for it.
  expect(await kept()).toHaveLength(100)
  expect(await sh('jackdaw remove-broker 1')).toMatchObject({ code: 1 })

  const second = await sh('jackdaw add-broker')
  expect(second.stdout).toMatch(/^broker 2 runs on /)
  expect(second.stderr).toContain('--broker-list 1,2 makes a plan of it')
  const third = await sh('jackdaw add-broker')
  expect(third.stdout).toMatch(/^broker 3 runs on /)
  const [, copy] = /^__consumer_offsets can have 3 copies now: (.*)$/m.exec(third.stderr)!
  expect((await sh(copy!)).code).toBe(0)
  const copied = 'topics --describe --topic __consumer_offsets'
  await until(copied, (stdout) => stdout.includes('ReplicationFactor: 3') && allInSync(stdout))
  await sh('topics --create --topic wide --partitions 3 --replication-factor 3')
  await until('topics --describe --topic wide', allInSync)
  expect(await health()).toMatchObject({
    verdict: 'healthy',
    controllerId: 1,
    partitions: { offline: 0, underReplicated: 0 },
  })
  expect((await sh('jackdaw status')).code).toBe(0)
  expect(await kept()).toHaveLength(100)
  const logs = (await sh('jackdaw logs 3')).stdout.trim().split('\n')
  expect(new Set(logs.map((line) => JSON.parse(line).node))).toEqual(new Set([3]))

  expect((await sh('jackdaw pause 3')).stdout).toBe('broker 3 paused\n')
  expect((await sh('jackdaw pause 3')).stdout).toBe('broker 3 was paused already\n')
  const status = await sh('jackdaw status')
  expect(status.code).toBe(1)
  expect(status.stdout).toContain('broker 3 is paused')
  expect((await sh('jackdaw resume 3')).stdout).toBe('broker 3 resumed\n')
  expect((await sh('jackdaw resume 3')).stdout).toBe('broker 3 was not paused\n')
  await sh('jackdaw kill 3 --hard')
  // Its leaderships go to others in a moment; it remains behind.
  await until('jackdaw status --json', (stdout) => stdout.includes('"verdict":"degraded"'))
  await sh('jackdaw start 3')
  await until('topics --describe --topic wide', allInSync)

  expect((await sh('jackdaw remove-broker 3')).stderr).toContain('has a replica on every broker')
  await sh('topics --delete --topic wide')
  await sh('topics --create --topic pair --replica-assignment 2:3,3:1')
  await until('topics --describe --topic pair', (stdout) => !inSync(stdout).includes(''))
  expect((await sh('jackdaw remove-broker 3', 2 * patienceMs)).stdout).toContain('broker 3 removed')
  expect((await sh('topics --describe --topic pair')).stdout).not.toMatch(/Replicas: [\d,]*3/)
  await until('jackdaw status --json', (stdout) => stdout.includes('"verdict":"healthy"'))
  expect(await health()).toMatchObject({ brokers: [{ id: 1 }, { id: 2 }] })
}, 300_000)
