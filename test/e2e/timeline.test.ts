/** The timeline of a group outlives its coordinators: they are killed and start again, and the group moves between brokers. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newSession, type Session } from './session.ts'

type Told = {
  silentBrokers: number[]
  groups: { events: { at: string; event: string; brokerId: number; clientId: string | null }[] }[]
}

let session: Session
beforeAll(async () => {
  session = newSession()
  const settings = {
    'group.initial.rebalance.delay.ms': 0,
    'offsets.topic.num.partitions': 1,
    'offsets.topic.replication.factor': 3,
  }
  const overrides = Object.entries(settings).map(([name, value]) => `--override ${name}=${value}`)
  const started = await session.sh(`jackdaw start --brokers 3 ${overrides.join(' ')}`)
  expect(started).toMatchObject({ code: 0 })
  await session.sh(
    'topics --create --topic t --partitions 2 --replication-factor 3 && seq 10 | console-producer --topic t',
  )
})
afterAll(() => session?.end())

async function until<T>(look: () => Promise<T | null>): Promise<T> {
  const deadline = performance.now() + 60_000
  for (;;) {
    const found = await look()
    if (found !== null) return found
    if (performance.now() > deadline) throw new Error('it did not come about')
  }
}

const visit = async (id: string) => {
  const read = `console-consumer --topic t --group g --consumer-property client.id=${id} --consumer-property group.protocol=consumer --from-beginning --max-messages 1`
  expect(await session.sh(read)).toMatchObject({ code: 0 })
}

const coordinator = () =>
  until(async () => {
    const { stdout } = await session.sh('consumer-groups --describe --group g --state')
    const found = /^g +\S+ +\((\d)\)/m.exec(stdout)
    return found === null ? null : Number(found[1])
  })

/** Null as long as the coordinator is between two brokers. */
const history = async (): Promise<Told | null> => {
  const { code, stdout } = await session.sh('consumer-groups --history --group g --output json')
  return code === 0 ? JSON.parse(stdout) : null
}

const joined = ({ groups }: Told) =>
  groups[0]!.events.filter(({ event }) => event === 'joined').map(({ clientId }) => clientId)

test('a group that moves, and coordinators that are killed, lose nothing of its timeline', {
  timeout: 300_000,
}, async () => {
  await visit('first')
  const before = await coordinator()
  const { brokers } = await session.status()
  // A member is there when the coordinator goes, so that the next one has something to take over.
  const member = session.start(
    'exec console-consumer --topic t --group g --consumer-property client.id=staying --consumer-property session.timeout.ms=45000',
  )
  await until(async () => {
    const told = await history()
    return told?.groups[0]?.events.at(-1)?.event === 'assigned' ? told : null
  })
  process.kill(brokers.find(({ id }) => id === before)!.pid!, 'SIGKILL')
  const after = await until(async () => {
    const id = await coordinator()
    return id === before ? null : id
  })
  await until(async () => {
    const told = await history()
    const isTaken = told?.groups[0]?.events.some(
      ({ event, brokerId }) => event === 'taken-over' && brokerId === after,
    )
    return isTaken ? told : null
  })

  const text = await session.sh('consumer-groups --history --group g')
  expect(text.stderr).toContain(`Broker ${before} does not answer: what it saw`)
  expect(text.stdout).toMatch(
    new RegExp(`taken over +- +broker ${after} coordinates it now; generation`),
  )
  expect((await history())!.silentBrokers).toEqual([before])

  expect(await session.sh(`jackdaw start ${before}`)).toMatchObject({ code: 0 })
  const whole = await until(async () => {
    const told = await history()
    return told !== null && joined(told).includes('first') ? told : null
  })
  expect(whole.silentBrokers).toEqual([])
  expect(joined(whole)).toEqual(['first', 'staying'])
  const { events } = whole.groups[0]!
  expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).sort())
  expect(events.find(({ clientId }) => clientId === 'first')).toMatchObject({ brokerId: before })

  member.child.kill('SIGINT')
  await member.finished
  await until(async () => {
    const told = await history()
    return told?.groups[0]?.events.some(({ event }) => event === 'emptied') ? told : null
  })
  expect(await session.sh('jackdaw stop')).toMatchObject({ code: 0 })
  expect(await session.sh('jackdaw start --brokers 3')).toMatchObject({ code: 0 })
  const again = await until(history)
  expect(joined(again)).toEqual(['first', 'staying'])
})
