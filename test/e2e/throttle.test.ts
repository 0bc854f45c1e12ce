/** A reassignment copies no faster than it may, on either side, and everybody else goes on meanwhile (KIP-73). */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { until } from '../support/asking.ts'
import { newSession, type Session } from './session.ts'

let session: Session
beforeEach(() => {
  session = newSession()
})
afterEach(() => session.end())

const records = 400_000
const plan = { version: 1, partitions: [{ topic: 'big', partition: 0, replicas: [2] }] }
const reassign = 'reassign-partitions --reassignment-json-file plan.json'
const alter = (type: string, name: string, change: string) =>
  `configs --alter --entity-type ${type} --entity-name ${name} ${change}`

// So little that after a first fetch, of one megabyte, nothing more comes for many seconds.
const rate = 1

test.each([
  {
    side: 'leader',
    broker: 1,
  },
  {
    side: 'follower',
    broker: 2,
  },
])(
  'on the side of the $side',
  async ({ side, broker }) => {
    const { sh } = session
    await filled()
    const rateName = `${side}.replication.throttled.rate`
    const list = `${side}.replication.throttled.replicas`
    await sh(alter('topics', 'big', `--add-config ${list}=*`))
    await sh(alter('brokers', String(broker), `--add-config ${rateName}=${rate}`))
    expect(await sh(`${reassign} --execute`)).toMatchObject({ code: 0 })
    await staysUnderWay()
    await sh(alter('brokers', String(broker), `--delete-config ${rateName}`))
    await finished()
  },
  180_000,
)

test('as reassign-partitions --throttle sets it; --verify takes the limits away', async () => {
  const { sh } = session
  await filled()
  expect(await sh(`${reassign} --execute --throttle ${rate}`)).toMatchObject({ code: 0 })
  await staysUnderWay()
  expect(await sh(`${reassign} --execute --additional --throttle 1000000000`)).toMatchObject({
    code: 0,
  })
  await finished()
  const described = await sh('configs --describe --entity-type brokers --entity-name 1')
  expect(described.stdout).not.toContain('throttled.rate')
}, 180_000)

test.each(['leader', 'follower'])(
  'who is in sync stays so, whatever the %s may copy',
  async (side) => {
    const { sh } = session
    // What was copied counts for so long that nobody who is held back comes on in the meantime.
    await sh('jackdaw start --brokers 3 --override replication.quota.window.size.seconds=600')
    const list = `${side}.replication.throttled.replicas=*`
    const all = '--replica-assignment 1:2:3 --config min.insync.replicas=3'
    await sh(`topics --create --topic even ${all} --config '${list}'`)
    const limit = `${side}.replication.throttled.rate=${rate}`
    await sh(`configs --alter --entity-type brokers --entity-default --add-config ${limit}`)
    const soon = '--command-property delivery.timeout.ms=40000'
    for (const count of [10_000, 1000]) {
      const line = `seq ${count} | console-producer --topic even ${soon}`
      expect(await sh(line)).toMatchObject({ code: 0 })
    }
    expect((await sh('topics --describe --under-replicated-partitions')).stdout).toBe('')
  },
  180_000,
)

async function filled(): Promise<void> {
  const { sh, folder } = session
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan))
  await sh('jackdaw start --brokers 3')
  await sh('topics --create --topic big --replica-assignment 1')
  await sh('topics --create --topic other --replication-factor 3 --config min.insync.replicas=3')
  expect(await sh(`seq ${records} | console-producer --topic big`)).toMatchObject({ code: 0 })
}

/** Others write to all copies as ever, while the move waits. */
async function staysUnderWay(): Promise<void> {
  const { sh } = session
  expect(await sh('seq 1000 | console-producer --topic other --sync')).toMatchObject({ code: 0 })
  expect((await sh('reassign-partitions --list')).stdout).toContain('big-0')
}

async function finished(): Promise<void> {
  const { sh } = session
  await until(
    async () => (await sh(`${reassign} --verify`)).stdout,
    (stdout) => stdout.includes('big-0 is completed'),
  )
  const read = await sh(`console-consumer --topic big --from-beginning --max-messages ${records}`)
  expect(read.stdout.trim().split('\n')).toHaveLength(records)
}
