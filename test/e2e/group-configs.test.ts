/** What IncrementalAlterConfigs says of one group holds for that group alone, from its next heartbeat on, until it is taken back. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { consumerGroupDescribe } from '../../src/protocol/apis/consumer-group-describe.ts'
import { consumerGroupHeartbeat } from '../../src/protocol/apis/consumer-group-heartbeat.ts'
import { findCoordinator } from '../../src/protocol/apis/find-coordinator.ts'
import { incrementalAlterConfigs } from '../../src/protocol/apis/incremental-alter-configs.ts'
import { errorName } from '../../src/protocol/errors.ts'
import { newTopic } from '../support/filling.ts'
import { type OneBroker, startOn } from '../support/one-broker.ts'

const groupType = 32
const [set, remove] = [0, 1]

let root = ''
let broker: OneBroker
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'jackdaw-group-configs-'))
  broker = await startOn(root, 'jackdaw', {
    'group.consumer.min.session.timeout.ms': '1000',
    'group.consumer.min.heartbeat.interval.ms': '100',
    'group.consumer.assignment.interval.ms': '0',
  })
  await newTopic(broker.connection, 't', { partitions: 2 })
  // The first to ask brings the coordinator into being.
  const deadline = performance.now() + 30_000
  for (;;) {
    const asked = { coordinatorKeys: ['g'], keyType: 0 }
    await broker.connection.call(findCoordinator, asked)
    const { errorCode } = await beat('first', 'm', 0)
    if (errorCode === 0) break
    if (performance.now() > deadline) throw new Error(errorName(errorCode))
  }
}, 60_000)
afterAll(async () => {
  await broker.kill()
  rmSync(root, { recursive: true, force: true })
})

async function alter(name: string, configs: Record<string, string | null>) {
  const { responses } = await broker.connection.call(incrementalAlterConfigs, {
    validateOnly: false,
    resources: [
      {
        resourceType: groupType,
        resourceName: name,
        configs: Object.entries(configs).map(([config, value]) => ({
          name: config,
          configOperation: value === null ? remove : set,
          value,
        })),
      },
    ],
  })
  const { errorCode, errorMessage } = responses[0]!
  return { error: errorName(errorCode), message: errorMessage }
}

async function beat(groupId: string, memberId: string, memberEpoch: number) {
  const isJoining = memberEpoch === 0
  return broker.connection.call(consumerGroupHeartbeat, {
    groupId,
    memberId,
    memberEpoch,
    rebalanceTimeoutMs: isJoining ? 60_000 : -1,
    subscribedTopicNames: isJoining ? ['t'] : null,
    topicPartitions: isJoining ? [] : null,
  })
}

async function members(groupId: string): Promise<string[]> {
  const { groups } = await broker.connection.call(consumerGroupDescribe, {
    groupIds: [groupId],
    includeAuthorizedOperations: false,
  })
  return groups[0]!.members.map(({ memberId }) => memberId)
}

/** Committed is not yet known to the coordinator: the next heartbeats will tell. */
async function intervalBecomes(groupId: string, epoch: number, wanted: number): Promise<void> {
  const deadline = performance.now() + 10_000
  for (;;) {
    const { heartbeatIntervalMs } = await beat(groupId, 'm', epoch)
    if (heartbeatIntervalMs === wanted) return
    if (performance.now() > deadline) throw new Error(`${groupId}: ${heartbeatIntervalMs} ms`)
  }
}

test('the heartbeat interval, of one group and not of the others, there and back', async () => {
  const [g, h] = [await beat('g', 'm', 0), await beat('h', 'm', 0)]
  expect([g.heartbeatIntervalMs, h.heartbeatIntervalMs]).toEqual([5000, 5000])
  expect(await alter('g', { 'consumer.heartbeat.interval.ms': '300' })).toMatchObject({
    error: 'NONE',
  })
  await intervalBecomes('g', g.memberEpoch, 300)
  expect((await beat('h', 'm', h.memberEpoch)).heartbeatIntervalMs).toBe(5000)
  expect(await alter('g', { 'consumer.heartbeat.interval.ms': null })).toMatchObject({
    error: 'NONE',
  })
  await intervalBecomes('g', g.memberEpoch, 5000)
})

test('the session timeout: who sends no heartbeat is gone when it is over, and not in other groups', async () => {
  const [short, long] = [await beat('short', 'm', 0), await beat('long', 'm', 0)]
  expect([short.errorCode, long.errorCode]).toEqual([0, 0])
  const configs = { 'consumer.session.timeout.ms': '1000', 'consumer.heartbeat.interval.ms': '100' }
  expect(await alter('short', configs)).toMatchObject({ error: 'NONE' })
  await intervalBecomes('short', short.memberEpoch, 100)
  const begun = performance.now()
  while ((await members('short')).length > 0) {
    if (performance.now() - begun > 20_000) throw new Error('it is still there')
  }
  expect(performance.now() - begun).toBeGreaterThan(500)
  expect(await members('long')).toEqual(['m'])
  expect(errorName((await beat('short', 'm', short.memberEpoch)).errorCode)).toBe(
    'UNKNOWN_MEMBER_ID',
  )
})

test('the interval between assignments: a second member waits for its share', async () => {
  await alter('slow', { 'consumer.assignment.interval.ms': '15000' })
  const first = await beat('slow', 'm', 0)
  const second = await beat('slow', 'n', 0)
  const quick = [await beat('quick', 'm', 0), await beat('quick', 'n', 0)]
  // There the target follows at once; here the newcomer is told the epoch of a target in which it has no part.
  expect(quick[1]!.memberEpoch).toBe(quick[0]!.memberEpoch + 1)
  expect(second.memberEpoch).toBe(first.memberEpoch)
})

test.each([
  {
    configs: { 'consumer.session.timeout.ms': '999' },
    message:
      'consumer.session.timeout.ms must be greater than or equal to group.consumer.min.session.timeout.ms',
  },
  {
    configs: { 'consumer.session.timeout.ms': '60001' },
    message:
      'consumer.session.timeout.ms must be less than or equal to group.consumer.max.session.timeout.ms',
  },
  {
    configs: { 'consumer.heartbeat.interval.ms': '99' },
    message:
      'consumer.heartbeat.interval.ms must be greater than or equal to group.consumer.min.heartbeat.interval.ms',
  },
  {
    configs: { 'consumer.heartbeat.interval.ms': '15001' },
    message:
      'consumer.heartbeat.interval.ms must be less than or equal to group.consumer.max.heartbeat.interval.ms',
  },
])('outside of the bounds of the broker: $configs', async ({ configs, message }) => {
  expect(await alter('g', configs)).toEqual({ error: 'INVALID_CONFIG', message })
})
