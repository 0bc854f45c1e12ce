/** Offsets of groups with members and without, in every version of what commits, reads and deletes them. */
import { consumerGroupHeartbeat } from '../../src/protocol/apis/consumer-group-heartbeat.ts'
import { deleteGroups } from '../../src/protocol/apis/delete-groups.ts'
import { joinGroup } from '../../src/protocol/apis/join-group.ts'
import { offsetCommit } from '../../src/protocol/apis/offset-commit.ts'
import { offsetDelete } from '../../src/protocol/apis/offset-delete.ts'
import { offsetFetch } from '../../src/protocol/apis/offset-fetch.ts'
import { syncGroup } from '../../src/protocol/apis/sync-group.ts'
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

const nobodys = 'AAAAAAAAAAAAAAAAAAAAZg'
const byIdVersion = 10
const severalVersion = 8

type Offset = [topic: string, partition: number, offset: bigint, metadata?: string | null]
type Member = { memberId?: string; epoch?: number; instance?: string | null }

const commit = (
  title: string,
  groupId: string,
  offsets: Offset[],
  { memberId = '', epoch = -1, instance }: Member = {},
  version = offsetCommit.stable,
): Step =>
  step(
    title,
    offsetCommit,
    ({ idOf, answerTo }) => ({
      groupId,
      generationIdOrMemberEpoch: epoch,
      memberId: answerTo(memberId)?.memberId ?? memberId,
      ...(instance !== undefined && { groupInstanceId: instance }),
      topics: [...new Set(offsets.map(([topic]) => topic))].map((name) => ({
        ...topicOf(name, version, idOf),
        partitions: offsets
          .filter(([topic]) => topic === name)
          .map(([, partitionIndex, committedOffset, committedMetadata = 'm']) => ({
            partitionIndex,
            committedOffset,
            committedMetadata,
          })),
      })),
    }),
    { version },
  )

const topicOf = (name: string, version: number, idOf: Known['idOf']) =>
  version < byIdVersion ? { name } : { topicId: name === 'nowhere' ? nobodys : idOf(name) }

type Read = { requireStable?: boolean; member?: Member }

const read = (
  title: string,
  groupId: string,
  topics: [string, number[]][] | null,
  version: number,
  { requireStable = false, member }: Read = {},
): Step =>
  step(
    title,
    offsetFetch,
    ({ idOf, answerTo }) => {
      const asked = topics?.map(([name, partitionIndexes]) => ({
        ...topicOf(name, version, idOf),
        partitionIndexes,
      }))
      if (version < severalVersion) return { groupId, topics: asked ?? null, requireStable }
      const { memberId, epoch = -1 } = member ?? {}
      const of = memberId === undefined ? null : (answerTo(memberId)?.memberId ?? memberId)
      return {
        groups: [
          { groupId, topics: asked ?? null, ...(member && { memberId: of, memberEpoch: epoch }) },
        ],
        requireStable,
      }
    },
    { version },
  )

const forget = (title: string, groupId: string, topics: [string, number[]][]): Step =>
  step(title, offsetDelete, {
    groupId,
    topics: topics.map(([name, partitions]) => ({
      name,
      partitions: partitions.map((partitionIndex) => ({ partitionIndex })),
    })),
  })

const drop = (title: string, groupsNames: string[], version = deleteGroups.stable): Step =>
  step(title, deleteGroups, { groupsNames }, { version })

const all = ([lowest, highest]: readonly [number, number]) =>
  Array.from({ length: highest - lowest + 1 }, (_, index) => lowest + index)

const commits = all(offsetCommit.versions).map((version) =>
  commit(
    `a commit, version ${version}`,
    'simple',
    [
      ['t', 0, BigInt(version)],
      ['t', 1, BigInt(version), null],
      ['t', 9, 0n],
      ['nowhere', 0, 0n],
    ],
    {},
    version,
  ),
)

const reads = all(offsetFetch.versions).flatMap((version) => [
  read(
    `some offsets, version ${version}`,
    'simple',
    [
      ['t', [0, 1, 9]],
      ['u', [0]],
      ['nowhere', [0]],
    ],
    version,
  ),
  read(`offsets of a group that is not there, version ${version}`, 'none', [['t', [0]]], version),
  ...(version < 2 ? [] : [read(`all offsets, version ${version}`, 'simple', null, version)]),
  read(`no offsets, version ${version}`, 'simple', [], version),
])

/** A group of one member; `second` is what it commits as in the generation before. */
const members: Step[] = [
  step('a classic member asks', joinGroup, joining()),
  step('a classic member joins', joinGroup, ({ answerTo }) =>
    joining(answerTo('a classic member asks').memberId),
  ),
  commit('before it has synced', 'classic', [['t', 0, 1n]], {
    memberId: 'a classic member joins',
    epoch: 1,
  }),
  step('a classic member syncs', syncGroup, ({ answerTo }) => ({
    groupId: 'classic',
    generationId: 1,
    memberId: answerTo('a classic member joins').memberId,
    protocolType: 'consumer',
    protocolName: 'range',
    assignments: [],
  })),
  step('a consumer joins', consumerGroupHeartbeat, {
    groupId: 'consumer',
    memberId: 'consumer-1',
    memberEpoch: 0,
    rebalanceTimeoutMs: 60_000,
    subscribedTopicNames: ['t'],
    topicPartitions: [],
  }),
]

function joining(memberId = '') {
  return {
    groupId: 'classic',
    sessionTimeoutMs: 600_000,
    rebalanceTimeoutMs: 30_000,
    memberId,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: subscription('t') }],
  }
}

/** Who commits to a group with members. */
const who: readonly [who: string, member: Member][] = [
  ['nobody', {}],
  ['nobody, with a generation', { epoch: 1 }],
  ['somebody else', { memberId: 'else', epoch: 1 }],
  ['the member', { memberId: 'a classic member joins', epoch: 1 }],
  ['the member, in a generation that is over', { memberId: 'a classic member joins', epoch: 0 }],
  ['the member, in one that is to come', { memberId: 'a classic member joins', epoch: 2 }],
  ['the member, under a name', { memberId: 'a classic member joins', epoch: 1, instance: 'i' }],
  ['the consumer', { memberId: 'consumer-1', epoch: 1 }],
  ['the consumer, in an epoch that is over', { memberId: 'consumer-1', epoch: 0 }],
  ['the consumer, in one that is to come', { memberId: 'consumer-1', epoch: 2 }],
]

/** An epoch without a name is an accident in Kafka: UNKNOWN_SERVER_ERROR. */
const readVersions = (group: string, { memberId, epoch }: Member): number[] =>
  group === 'consumer' && memberId === undefined && epoch !== undefined ? [] : [9, 10]

const byWhom = ['classic', 'consumer'].flatMap((group) =>
  who.flatMap(([name, member]) => [
    ...[7, 8, 9, 10].map((version) =>
      commit(
        `${name} commits to ${group}, version ${version}`,
        group,
        [['t', 0, 1n]],
        member,
        version,
      ),
    ),
    ...readVersions(group, member).map((version) =>
      read(`${name} reads of ${group}, version ${version}`, group, [['t', [0]]], version, {
        member,
      }),
    ),
  ]),
)

export const groupOffsets: Scene = {
  name: 'group-offsets',
  config: longSessions,
  tooEarly,
  steps: [
    createTopic('topics', 't', 'u'),
    whereIs('where are groups', 'any'),
    ...commits,
    ...reads,
    read('only what is stable', 'simple', [['t', [0]]], 7, { requireStable: true }),
    commit('offsets that cannot be', 'odd', [
      ['t', 0, -1n],
      ['t', 1, -5n],
    ]),
    commit('metadata as long as it may be', 'odd', [['t', 0, 3n, 'x'.repeat(4096)]]),
    commit('metadata that is too long', 'odd', [['t', 1, 4n, 'x'.repeat(4097)]]),
    commit('a group without a name', '', [['t', 0, 3n]]),
    commit('nothing', 'odd', []),
    commit('the same partition twice', 'odd', [
      ['u', 0, 5n],
      ['u', 0, 6n],
    ]),
    read('odd ones', 'odd', null, offsetFetch.stable),
    read('of a group without a name', '', null, offsetFetch.stable),
    step('of several groups', offsetFetch, {
      groups: ['simple', 'none', 'odd', 'simple'].map((groupId) => ({ groupId, topics: null })),
      requireStable: false,
    }),
    described('a group without members', ['simple', 'none', ''], 6),
    listed('groups without members', {}),

    ...members,
    ...byWhom,

    forget('offsets that go', 'odd', [
      ['t', [0, 1, 9]],
      ['u', [0]],
      ['nowhere', [0]],
    ]),
    read('what is left', 'odd', null, offsetFetch.stable),
    forget('once more', 'odd', [['t', [0]]]),
    forget('of a group that is not there', 'none', [['t', [0]]]),
    forget('of a group that has no name', '', [['t', [0]]]),
    forget('of what the members read', 'classic', [
      ['t', [0]],
      ['u', [0]],
    ]),
    forget('of what the consumers read', 'consumer', [
      ['t', [0]],
      ['u', [0]],
    ]),
    ...[0, 1, 2].map((version) =>
      drop(
        `groups that are to go, version ${version}`,
        ['classic', 'consumer', 'none', '', version === 0 ? 'simple' : 'odd'],
        version,
      ),
    ),
    listed('what is left of groups', {}),
    ...[{ statesFilter: ['Empty'] }, { statesFilter: ['stable', 'Nonsense'] }].map((filter) =>
      listed(`groups, ${JSON.stringify(filter)}`, filter),
    ),
    ...[['classic'], ['Consumer'], ['nonsense'], ['share']].map((typesFilter) =>
      listed(`groups of the type ${typesFilter}`, { typesFilter }),
    ),
  ],
}
