/** Groups whose members live, as a person meets them: who is in the way, how long to wait, who was fenced, and what Ctrl-C commits. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { end, type Running } from '../support/processes.ts'
import { which } from '../support/project.ts'
import { newSession, type Session } from './session.ts'

let session: Session
beforeAll(async () => {
  session = newSession()
  const started = await session.sh('jackdaw start --override group.initial.rebalance.delay.ms=0')
  expect(started).toMatchObject({ code: 0 })
  await session.sh(
    'topics --create --topic t --partitions 2 && seq 10 | console-producer --topic t',
  )
})
afterAll(() => session?.end())

/** Those that a test has left to run because it failed. */
const consumers: Running[] = []
afterEach(() => Promise.all(consumers.splice(0).map((each) => end(each, 'SIGKILL'))))

const timeoutMs = 45_000

/** A console consumer that has read all there is, and commits by itself only when it ends. */
async function reading(group: string, properties: Record<string, string> = {}): Promise<Running> {
  const all = { 'auto.commit.interval.ms': '3600000', ...properties }
  const given = Object.entries(all).map(([name, value]) => `--consumer-property ${name}=${value}`)
  const consumer = session.start(
    `exec console-consumer --topic t --group ${group} --from-beginning ${given.join(' ')}`,
  )
  consumers.push(consumer)
  const expected = Array.from({ length: 10 }, (_, i) => `${i + 1}`)
  await consumer.outputs((output) => {
    const lines = output.trim().split('\n')
    return expected.every((each) => lines.includes(each))
  }, timeoutMs)
  return consumer
}

async function stopped(consumer: Running): Promise<number> {
  consumer.child.kill('SIGINT')
  return (await consumer.finished).code
}

const reset = (group: string, more: string) =>
  `consumer-groups --reset-offsets --group ${group} --topic t --to-earliest --execute ${more}`
const refused = (group: string) =>
  `Error: Assignments can only be reset if the group '${group}' is inactive, but the current state is Stable.`

test.each(['classic', 'consumer'])(
  'Ctrl-C commits what was read, %s protocol',
  { timeout: 120_000 },
  async (protocol) => {
    const group = `ctrl-c-${protocol}`
    const consumer = await reading(group, { 'group.protocol': protocol })
    const committed = async () => {
      const { stdout } = await session.sh(`consumer-groups --describe --group ${group}`)
      const rows = [...stdout.matchAll(new RegExp(`^${group} +t +\\d +(\\d+|-) `, 'gm'))]
      return rows.map(([, offset]) => offset)
    }
    expect(await committed()).toEqual(['-', '-'])
    expect(await stopped(consumer)).toBe(130)
    const sum = (await committed()).reduce((total, offset) => total + Number(offset), 0)
    expect(sum).toBe(10)
  },
)

test('a reset that is waited for in vain: who is there is told at once, and after --timeout it is refused', {
  timeout: 120_000,
}, async () => {
  const consumer = await reading('busy', { 'client.id': 'first', 'group.instance.id': 'i' })
  const begun = performance.now()
  const { code, stdout, stderr } = await session.sh(reset('busy', '--wait --timeout 1500'))
  expect(performance.now() - begun).toBeGreaterThanOrEqual(1500)
  expect(stderr).toMatch(
    /^waiting for members of group 'busy': i-\S+ \(first, instance i\) from 127\.0\.0\.1\n$/,
  )
  // As Kafka's tool ends, which prints an empty report then.
  expect({ code, first: stdout.trim().split('\n')[0] }).toEqual({ code: 0, first: refused('busy') })
  await stopped(consumer)
})

test('at a terminal a refused reset says who is connected, from where, and what to do', {
  timeout: 120_000,
}, async (ctx) => {
  if (which('script') === null) return ctx.skip('no script on the PATH (util-linux)')
  const consumer = await reading('shown', { 'client.id': 'first' })
  const { stdout } = await session.sh(`script -qec "${reset('shown', '')}" /dev/null < /dev/null`)
  const lines = stdout.replaceAll('\r', '').split('\n')
  expect(lines).toContain(refused('shown'))
  expect(lines).toContainEqual(
    expect.stringMatching(/^members of group 'shown': first-\S+ \(first\) from 127\.0\.0\.1$/),
  )
  expect(lines).toContain('Stop them, or let --wait do the waiting for their end.')
  await stopped(consumer)
})

test('the timeline tells who was fenced, and by which instance id', {
  timeout: 120_000,
}, async () => {
  const first = await reading('named', { 'client.id': 'first', 'group.instance.id': 'i' })
  // It takes the place of the first one, and goes on from what nobody has committed.
  const second = await reading('named', { 'client.id': 'second', 'group.instance.id': 'i' })
  expect(String((await first.finished).stderr)).toContain('FencedInstanceIdException')
  const { stdout } = await session.sh('consumer-groups --history --group named --output json')
  const { events } = JSON.parse(stdout).groups[0]
  const joined = events.find(({ event }: { event: string }) => event === 'joined')
  expect(events.filter(({ event }: { event: string }) => event === 'fenced')).toMatchObject([
    {
      memberId: joined.memberId,
      groupInstanceId: 'i',
      clientId: 'first',
      clientHost: '/127.0.0.1',
    },
  ])
  const told = await session.sh('consumer-groups --history --group named')
  expect(told.stdout).toMatch(/ fenced +i-\S+ /)
  await stopped(second)
})
