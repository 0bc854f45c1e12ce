/** What a group of our broker has been through, and offsets of a group that lives: as a person asks. */
import { afterAll, beforeAll, expect, test } from 'vitest'
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

async function until<T>(look: () => Promise<T>, holds: (found: T) => boolean): Promise<T> {
  const deadline = performance.now() + 45_000
  for (;;) {
    const found = await look()
    if (holds(found)) return found
    if (performance.now() > deadline) throw new Error(`not so: ${JSON.stringify(found)}`)
  }
}

test.each(['classic', 'consumer'])(
  'the timeline of a %s group',
  { timeout: 120_000 },
  async (protocol) => {
    const read = (id: string) =>
      session.start(
        `exec console-consumer --topic t --group ${protocol} --from-beginning --consumer-property client.id=${id} --consumer-property group.protocol=${protocol}`,
      )
    const ask = async () => {
      const { code, stdout } = await session.sh(
        `consumer-groups --history --group ${protocol} --since 1h --output json`,
      )
      expect(code).toBe(0)
      return JSON.parse(stdout).groups[0].events as {
        event: string
        clientId: string | null
        memberId: string | null
        assigned: { partitions: number }[] | null
        moved: { topic: string; from: string | null; to: string | null }[] | null
      }[]
    }
    const first = read('first')
    await first.outputs((output) => output.includes('10\n'), 45_000)
    const second = read('second')
    // Each has one of the two partitions.
    await until(
      ask,
      (events) =>
        events
          .at(-1)
          ?.assigned?.map((each) => each.partitions)
          .join() === '1,1',
    )
    // The second one has its partition from the first.
    const joined = await ask()
    const [from, to] = ['first', 'second'].map(
      (id) =>
        joined.findLast(({ clientId, event }) => clientId === id && event === 'joined')!.memberId,
    )
    const moved = joined.flatMap((event) => event.moved ?? [])
    expect(moved).toContainEqual(expect.objectContaining({ topic: 't', from, to }))
    const told = await session.sh(`consumer-groups --describe --group ${protocol} --since 1h`)
    expect(told).toMatchObject({ code: 0, stderr: '' })
    const live = session.start(
      `exec consumer-groups --reset-offsets --group ${protocol} --topic t --to-earliest --dry-run --wait --timeout 45000`,
    )
    await live.outputs((output) => output.includes('waiting for members'), 45_000)
    for (const each of [first, second]) {
      each.child.kill('SIGINT')
      await each.finished
    }
    const events = await until(
      ask,
      (found) => found.filter(({ event }) => event === 'left').length === 2,
    )
    const names = events.map(({ event, clientId }) =>
      clientId === null ? event : `${clientId} ${event}`,
    )
    const ofMembers = names.filter((name) => / (joined|left)$/.test(name))
    expect(ofMembers).toEqual(['first joined', 'second joined', 'first left', 'second left'])
    expect(names.indexOf('assigned')).toBeGreaterThan(names.indexOf('first joined'))

    const reset = await live.finished
    expect(reset.code).toBe(0)
    expect(String(reset.stderr)).toMatch(
      new RegExp(
        `^waiting for members of group '${protocol}': .*\\((first|second)\\) from 127\\.0\\.0\\.1`,
      ),
    )
    expect(String(reset.stdout)).toMatch(new RegExp(`^${protocol} +t +\\d +0 *$`, 'm'))
  },
)

test('lag as it was', { timeout: 120_000 }, async () => {
  await session.sh('console-consumer --topic t --group past --from-beginning --max-messages 10')
  const ask = async () => {
    const { stdout } = await session.sh(
      'consumer-groups --describe --group past --since 10m --output json',
    )
    return JSON.parse(stdout).groups[0].points as { lag: number | null }[]
  }
  const lastLag = (lag: number) => (points: { lag: number | null }[]) => points.at(-1)?.lag === lag
  await until(ask, lastLag(0))
  await session.sh('seq 7 | console-producer --topic t')
  const points = await until(ask, lastLag(7))
  expect(points[0]!.lag).toBe(0)
  const text = await session.sh('consumer-groups --describe --group past --since 10m')
  expect(text.stdout).toMatch(/^past {2}▁+█\nTIME +LAG +WRITTEN +READ\n/)
})

test('nothing is remembered of a group that never was', async () => {
  expect(await session.sh('consumer-groups --history --group never')).toMatchObject({
    code: 0,
    stdout: 'never  nothing is remembered\n',
  })
  expect(await session.sh('consumer-groups --history')).toMatchObject({ code: 1 })
})
