/** Heartbeats of the consumer protocol (KIP-848), good ones and such that cannot be, and what is told of such groups. */
import { consumerGroupDescribe } from '../../src/protocol/apis/consumer-group-describe.ts'
import { consumerGroupHeartbeat } from '../../src/protocol/apis/consumer-group-heartbeat.ts'
import { deleteGroups } from '../../src/protocol/apis/delete-groups.ts'
import { findCoordinator } from '../../src/protocol/apis/find-coordinator.ts'
import { heartbeat } from '../../src/protocol/apis/heartbeat.ts'
import { joinGroup } from '../../src/protocol/apis/join-group.ts'
import { leaveGroup } from '../../src/protocol/apis/leave-group.ts'
import { syncGroup } from '../../src/protocol/apis/sync-group.ts'
import type { SentRequestOf } from '../../src/protocol/schema.ts'
import {
  createTopic,
  described,
  listed,
  longSessions,
  subscription,
  tooEarly,
  whereIs,
} from './group-questions.ts'
import { type Known, type Scene, type Step, step } from './scene.ts'

type Beat = Partial<SentRequestOf<typeof consumerGroupHeartbeat>>

/** A topic's partitions, by its name. */
type Owned = [topic: string, partitions: number[]][]

type Given = Omit<Beat, 'topicPartitions'> & { owned?: Owned | null }

const beat = (title: string, groupId: string, { owned, ...given }: Given, version = 1): Step =>
  step(
    title,
    consumerGroupHeartbeat,
    ({ idOf, answerTo }: Known) => ({
      groupId,
      memberEpoch: 0,
      ...given,
      memberId: answerTo(given.memberId ?? '')?.memberId ?? given.memberId ?? '',
      ...(owned !== undefined && {
        topicPartitions:
          owned?.map(([name, partitions]) => ({ topicId: idOf(name), partitions })) ?? null,
      }),
    }),
    // Version 0 has the coordinator make up a name for the member.
    { version, hide: version === 0 ? ['memberId', 'errorMessage'] : [] },
  )

const first = { rebalanceTimeoutMs: 60_000, subscribedTopicNames: ['t'], owned: [] }

const told = (title: string, groupIds: string[], version = 1): Step =>
  step(
    title,
    consumerGroupDescribe,
    { groupIds, includeAuthorizedOperations: true },
    // The name that the coordinator made up.
    { version, hide: groupIds.includes('old') ? ['memberId'] : [] },
  )

const drop = (title: string, ...groupsNames: string[]): Step =>
  step(title, deleteGroups, { groupsNames })

const refusals: readonly [why: string, given: Given][] = [
  ['no name for itself', { ...first, memberId: '' }],
  ['an empty instance', { ...first, instanceId: '' }],
  ['an empty rack', { ...first, rackId: '' }],
  ['no rebalance timeout', { ...first, rebalanceTimeoutMs: -1 }],
  ['no partitions said', { ...first, owned: null }],
  ['partitions from the start', { ...first, owned: [['t', [0]]] }],
  ['no topics', { ...first, subscribedTopicNames: null }],
  ['no topics, but a list', { ...first, subscribedTopicNames: [] }],
  [
    'an expression that is none',
    { ...first, subscribedTopicNames: null, subscribedTopicRegex: '[' },
  ],
  ['an empty expression', { ...first, subscribedTopicNames: null, subscribedTopicRegex: '' }],
  ['an assignor that is none', { ...first, serverAssignor: 'nonsense' }],
  ['an empty assignor', { ...first, serverAssignor: '' }],
  ['an epoch that cannot be', { ...first, memberEpoch: -3 }],
  ['an epoch that is to come', { memberEpoch: 5 }],
  ['it leaves', { memberEpoch: -1 }],
  ['a leave for a while of an instance that is not there', { memberEpoch: -2, instanceId: 'i' }],
  ['a leave for a while without an instance', { memberEpoch: -2 }],
]

const life = (group: string, version: number): Step[] => {
  const memberId = version === 0 ? `${group}: a joins` : 'a'
  const as = (given: Given): Given => ({ memberId, ...given })
  return [
    beat(`${group}: a joins`, group, { ...first, memberId: version === 0 ? '' : 'a' }, version),
    beat(`${group}: a beats`, group, as({ memberEpoch: 2 }), version),
    beat(`${group}: a has them`, group, as({ memberEpoch: 2, owned: [['t', [0, 1]]] }), version),
    told(`${group}: what it is`, [group], version),
    beat(`${group}: an epoch that is over`, group, as({ memberEpoch: -5 }), version),
    beat(`${group}: an epoch that is to come`, group, as({ memberEpoch: 7 }), version),
    beat(
      `${group}: more topics`,
      group,
      as({ memberEpoch: 2, subscribedTopicNames: ['t', 'u'] }),
      version,
    ),
    beat(
      `${group}: another assignor`,
      group,
      as({ memberEpoch: 3, serverAssignor: 'range', owned: [['t', [0, 1]]] }),
      version,
    ),
    beat(`${group}: a asks again`, group, as({ ...first, memberEpoch: 0 }), version),
    told(`${group}: what it has become`, [group], version),
    drop(`${group}: deleted with a member`, group),
    beat(`${group}: a leaves`, group, as({ memberEpoch: -1 }), version),
    beat(`${group}: a leaves again`, group, as({ memberEpoch: -1 }), version),
    told(`${group}: without members`, [group], version),
    listed(`${group}: in the list`, {}),
    drop(`${group}: deleted`, group),
    told(`${group}: after that`, [group], version),
  ]
}

const named: Step[] = [
  beat('i joins', 'named', { ...first, memberId: 'a', instanceId: 'i' }),
  beat('i is used already', 'named', { ...first, memberId: 'b', instanceId: 'i' }),
  beat('another instance', 'named', { memberId: 'a', memberEpoch: 2, instanceId: 'j' }),
  beat('without its instance', 'named', { memberId: 'a', memberEpoch: 2 }),
  beat('i goes for a while', 'named', { memberId: 'a', memberEpoch: -2, instanceId: 'i' }),
  told('while i is away', ['named']),
  beat('i comes back as another', 'named', { ...first, memberId: 'b', instanceId: 'i' }),
  beat('the one it was', 'named', { memberId: 'a', memberEpoch: 2, instanceId: 'i' }),
  told('with i', ['named']),
  beat('i leaves', 'named', { memberId: 'b', memberEpoch: -1, instanceId: 'i' }),
]

const two: Step[] = [
  beat('a of two', 'two', { ...first, memberId: 'a' }),
  beat('b of two', 'two', { ...first, memberId: 'b', rackId: 'r' }),
  told('before a has heard', ['two']),
  beat('a hears', 'two', { memberId: 'a', memberEpoch: 2, owned: [['t', [0, 1]]] }),
  beat('b waits', 'two', { memberId: 'b', memberEpoch: 3, owned: [] }),
  told('while a gives back', ['two']),
  beat('a has given back', 'two', { memberId: 'a', memberEpoch: 2, owned: [['t', [0]]] }),
  beat('a in the old epoch', 'two', { memberId: 'a', memberEpoch: 2, owned: [['t', [0]]] }),
  beat('a of long ago', 'two', { memberId: 'a', memberEpoch: 1, owned: [['t', [0]]] }),
  beat('b is given', 'two', { memberId: 'b', memberEpoch: 3, owned: [] }),
  told('two', ['two']),
]

const join = (title: string, given: Partial<SentRequestOf<typeof joinGroup>>) =>
  step(
    title,
    joinGroup,
    {
      groupId: 'two',
      sessionTimeoutMs: 600_000,
      rebalanceTimeoutMs: 60_000,
      memberId: '',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: subscription('t') }],
      ...given,
    },
    { hide: given.groupId === undefined ? ['memberId'] : [] },
  )

/** Questions of the classic protocol about a consumer group, and the other way round. */
const other: Step[] = [
  described('a consumer group, as version 6 shows it', ['two'], 6),
  described('a consumer group, as version 5 shows it', ['two'], 5),
  step('a classic heartbeat', heartbeat, { groupId: 'two', generationId: 2, memberId: 'b' }),
  step('a classic sync', syncGroup, {
    groupId: 'two',
    generationId: 2,
    memberId: 'b',
    protocolType: 'consumer',
    protocolName: 'range',
    assignments: [],
  }),
  step('a classic leave', leaveGroup, { groupId: 'two', members: [{ memberId: 'nobody' }] }),
  join('joins a consumer group by another type', { protocolType: 'connect' }),
  join('joins a consumer group by what is no subscription', {
    protocols: [{ name: 'range', metadata: Buffer.from('00', 'hex') }],
  }),
  join('nobody joins a consumer group', { memberId: 'nobody' }),
  join('connect asks', { groupId: 'connect', protocolType: 'connect' }),
  step('connect joins', joinGroup, ({ answerTo }) => ({
    groupId: 'connect',
    sessionTimeoutMs: 600_000,
    rebalanceTimeoutMs: 60_000,
    memberId: answerTo('connect asks').memberId,
    protocolType: 'connect',
    protocols: [{ name: 'v1', metadata: Buffer.from('00', 'hex') }],
  })),
  beat('a consumer joins what is none', 'connect', { ...first, memberId: 'a' }),
  told('what is none', ['connect', '']),
  listed('all', {}),
  ...[0, 1, 2, 3].map((version) =>
    step(
      `who coordinates, version ${version}`,
      findCoordinator,
      version === 0 ? { key: 'two' } : { key: 'two', keyType: 0 },
      { version },
    ),
  ),
  ...[4, 5, 6].map((version) =>
    step(
      `who coordinates, version ${version}`,
      findCoordinator,
      { keyType: 0, coordinatorKeys: ['two', '', 'two'] },
      { version },
    ),
  ),
]

export const consumerGroups: Scene = {
  name: 'consumer-groups',
  config: { ...longSessions, 'group.consumer.assignment.interval.ms': 0 },
  tooEarly,
  steps: [
    createTopic('topics', 't', 'u'),
    whereIs('where are groups', 'any'),
    told('none', ['none', '']),
    beat('no group', '', { ...first, memberId: 'a' }),
    ...refusals.map(([why, given]) => beat(why, 'refused', { memberId: 'a', ...given })),
    told('what refusals leave', ['refused']),
    ...life('old', 0),
    ...life('new', 1),
    ...named,
    ...two,
    ...other,
  ],
}
