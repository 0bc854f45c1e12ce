/**
 * The life of a classic group, once in every version of JoinGroup with the others' versions beside it, and at the lowest and the
 * highest what such a group refuses.
 */
import { deleteGroups } from '../../src/protocol/apis/delete-groups.ts'
import { describeGroups } from '../../src/protocol/apis/describe-groups.ts'
import { findCoordinator } from '../../src/protocol/apis/find-coordinator.ts'
import { heartbeat } from '../../src/protocol/apis/heartbeat.ts'
import { joinGroup } from '../../src/protocol/apis/join-group.ts'
import { leaveGroup } from '../../src/protocol/apis/leave-group.ts'
import { listGroups } from '../../src/protocol/apis/list-groups.ts'
import { syncGroup } from '../../src/protocol/apis/sync-group.ts'
import type { ErrorName } from '../../src/protocol/errors.ts'
import type { AnyApi, SentRequestOf } from '../../src/protocol/schema.ts'
import {
  createTopic,
  described,
  listed,
  subscription,
  tooEarly,
  whereIs,
} from './group-questions.ts'
import { type Known, type Scene, type Step, step } from './scene.ts'

const assignment = (letter: string) => Buffer.from(letter.repeat(4))
const protocol = { name: 'range', metadata: subscription('t') }

/** The version of another API that stands beside a version of JoinGroup. */
const beside = (api: AnyApi, version: number) => Math.min(version, api.versions[1])

type Join = Partial<SentRequestOf<typeof joinGroup>>

/** Questions about one group, all in one version. */
function questions(group: string, version: number) {
  const known = (title: string) => `${group}: ${title}`
  const memberOf =
    (title: string) =>
    ({ answerTo }: Known): string =>
      answerTo(known(title)).memberId
  const join = (title: string, member: (known: Known) => string = () => '', given: Join = {}) =>
    step(
      known(title),
      joinGroup,
      (so) => ({
        groupId: group,
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 10_000,
        memberId: member(so),
        protocolType: 'consumer',
        protocols: [protocol],
        ...given,
      }),
      { version },
    )
  return {
    known,
    memberOf,
    join,
    /** As many steps as it takes to be in: since version 4 the first answer is a member id. */
    joinNew: (title: string, given: Join = {}): Step[] => {
      if (version < 4 || typeof given.groupInstanceId === 'string') {
        return [join(title, undefined, given)]
      }
      return [
        join(`${title}, first`, undefined, given),
        join(title, memberOf(`${title}, first`), given),
      ]
    },
    sync: (
      title: string,
      member: (known: Known) => string,
      given: Partial<SentRequestOf<typeof syncGroup>> | ((known: Known) => object) = {},
    ) =>
      step(
        known(title),
        syncGroup,
        (so) => ({
          groupId: group,
          generationId: 1,
          memberId: member(so),
          protocolType: 'consumer',
          protocolName: 'range',
          assignments: [],
          ...(typeof given === 'function' ? given(so) : given),
        }),
        { version: beside(syncGroup, version) },
      ),
    beat: (
      title: string,
      member: (known: Known) => string,
      given: Partial<SentRequestOf<typeof heartbeat>> = {},
      until?: ErrorName,
    ) =>
      step(
        known(title),
        heartbeat,
        (so) => ({ groupId: group, generationId: 1, memberId: member(so), ...given }),
        { version: beside(heartbeat, version), ...(until && { until }) },
      ),
    leave: (
      title: string,
      member: (known: Known) => string,
      given: Partial<SentRequestOf<typeof leaveGroup>> = {},
    ) =>
      step(
        known(title),
        leaveGroup,
        (so) => ({
          groupId: group,
          ...(version < 3
            ? { memberId: member(so) }
            : { members: [{ memberId: member(so), reason: 'it has to' }] }),
          ...given,
        }),
        { version: beside(leaveGroup, version) },
      ),
    describe: (title: string) => described(known(title), [group], beside(describeGroups, version)),
    list: (title: string) =>
      listed(known(`${title}, in the list`), {}, beside(listGroups, version)),
    drop: (title: string) =>
      step(
        known(`${title}, deleted`),
        deleteGroups,
        { groupsNames: [group] },
        { version: beside(deleteGroups, version) },
      ),
  }
}

const nobody = () => 'nobody'

function life(version: number): (Step | Step[][])[] {
  const { join, joinNew, memberOf, known, sync, beat, leave, describe, list, drop } = questions(
    `life ${version}`,
    version,
  )
  const [a, b] = [memberOf('a joins'), memberOf('b joins')]
  return [
    describe('before there is one'),
    ...joinNew('a joins'),
    describe('while the leader assigns'),
    beat('a heartbeat while the leader assigns', a),
    sync('a alone', a, (so) => ({
      assignments: [{ memberId: a(so), assignment: assignment('A') }],
    })),
    beat('a heartbeat', a),
    describe('stable'),
    list('stable'),
    drop('while it has a member'),
    // The leader hears of the new one when that has joined already.
    [
      [beat('until somebody comes', a, {}, 'REBALANCE_IN_PROGRESS'), join('a joins again', a)],
      joinNew('b joins'),
    ],
    describe('while the leader assigns again'),
    [
      [
        sync('a of two', a, (so) => ({
          generationId: 2,
          assignments: [
            { memberId: a(so), assignment: assignment('A') },
            { memberId: b(so), assignment: assignment('B') },
          ],
        })),
      ],
      [sync('b of two', b, { generationId: 2 })],
    ],
    join('b joins as it was', b),
    sync('b asks again', b, { generationId: 2 }),
    beat('the generation before', b),
    describe('two members'),
    leave('b leaves', b),
    beat('after b has left', a, { generationId: 2 }),
    describe('while it prepares'),
    join('a joins alone', a),
    leave('a leaves', a),
    describe('empty'),
    list('empty'),
    drop('empty'),
    describe('after that'),
    drop('once more'),
    step(known('where is it'), findCoordinator, coordinatorOf(`life ${version}`, version), {
      version: beside(findCoordinator, version),
    }),
  ]
}

const coordinatorOf = (key: string, version: number) =>
  beside(findCoordinator, version) < 4
    ? { key, keyType: 0 }
    : { coordinatorKeys: [key], keyType: 0 }

function refusals(version: number): (Step | Step[][])[] {
  const { join, joinNew, memberOf, sync, beat, leave, describe } = questions(
    `refusals ${version}`,
    version,
  )
  const a = memberOf('a joins')
  return [
    join('no group', undefined, { groupId: '' }),
    join('a session too short', undefined, { sessionTimeoutMs: 5_999 }),
    join('a session too long', undefined, { sessionTimeoutMs: 1_800_001 }),
    join('no protocols', undefined, { protocols: [] }),
    join('no type of protocol', undefined, { protocolType: '' }),
    join('nobody', nobody),
    beat('a heartbeat in no group', nobody),
    sync('sync in no group', nobody),
    leave('leave no group', nobody),
    ...joinNew('a joins'),
    join('another type of protocol', undefined, { protocolType: 'connect' }),
    join('no protocol in common', undefined, { protocols: [{ ...protocol, name: 'other' }] }),
    join('nobody joins what there is', nobody),
    sync('nobody syncs', nobody),
    sync('a generation that is to come', a, { generationId: 2 }),
    sync('a type of protocol that it is not', a, { protocolType: 'connect' }),
    sync('a protocol that it is not', a, { protocolName: 'roundrobin' }),
    sync('syncs at last, with nothing', a),
    beat('nobody beats', nobody),
    beat('a generation that is over', a, { generationId: 0 }),
    beat('a generation that is to come, alive', a, { generationId: 2 }),
    beat('a group without a name', a, { groupId: '' }),
    leave('nobody leaves', nobody),
    leave('a group without a name is left', a, { groupId: '' }),
    describe('what is left'),
    leave('a leaves', a),
  ]
}

/** KIP-394: who has been given a member id, and has not joined with it yet. */
function pending(version: number): (Step | Step[][])[] {
  const { join, memberOf, describe, list, drop } = questions(`pending ${version}`, version)
  const a = memberOf('a asks')
  return [
    join('a asks'),
    describe('nobody but one who asked'),
    list('nobody but one who asked'),
    drop('nobody but one who asked'),
    join('with an id that is forgotten', a),
    describe('deleted'),
  ]
}

/** KIP-345: members that keep their place under a name of their own. */
function named(version: number): (Step | Step[][])[] {
  const { join, joinNew, memberOf, sync, beat, leave, describe, drop } = questions(
    `named ${version}`,
    version,
  )
  const groupInstanceId = 'i'
  const [a, again] = [memberOf('a joins'), memberOf('a comes again')]
  return [
    ...joinNew('a joins', { groupInstanceId }),
    sync('a syncs', a, (so) => ({
      groupInstanceId,
      assignments: [{ memberId: a(so), assignment: assignment('A') }],
    })),
    beat('a beats', a, { groupInstanceId }),
    beat('under another name', a, { groupInstanceId: 'j' }),
    ...joinNew('a comes again', { groupInstanceId }),
    beat('the one it was', a, { groupInstanceId }),
    sync('the one it was syncs', a, { groupInstanceId }),
    join('the one it was joins', a, { groupInstanceId }),
    join('nobody under that name', nobody, { groupInstanceId }),
    sync('a syncs again', again, { groupInstanceId }),
    describe('with a name'),
    ...joinNew('a changes what it can', {
      groupInstanceId,
      protocols: [protocol, { name: 'roundrobin', metadata: subscription('t', 'u') }],
    }),
    describe('changed'),
    leave('others leave', nobody, {
      members: [
        { memberId: 'nobody', groupInstanceId },
        { memberId: '', groupInstanceId: 'nobody’s' },
        { memberId: 'nobody' },
      ],
    }),
    leave('by its name', nobody, { members: [{ memberId: '', groupInstanceId }] }),
    drop('without members'),
  ]
}

export const classicGroups: Scene = {
  name: 'classic-groups',
  tooEarly,
  steps: [
    createTopic('topics', 't', 'u'),
    whereIs('where are groups', 'any'),
    ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap(life),
    ...[0, 9].flatMap(refusals),
    ...[4, 9].flatMap(pending),
    ...[5, 9].flatMap(named),
  ],
}
