/** Groups that move from the classic protocol to the consumer protocol and back, while members stay (KIP-848, "Online Migration"). */
import { expect, describe as suite, test } from 'vitest'
import { apply } from '../../../src/groups/apply.ts'
import type { RecordOf } from '../../../src/groups/records.ts'
import type { CoordinatorConfig } from '../../../src/groups/world.ts'
import { encodeAssignment, encodeSubscription } from '../../../src/protocol/records/member-bytes.ts'
import { Drive, defaults, topicId } from '../drive.ts'
import * as classic from '../members.ts'
import { ClassicMember } from './classic-member.ts'
import { Client, describe, heartbeat, held, join, joinEvent, settle } from './members.ts'

type Policy = CoordinatorConfig['groupConsumerMigrationPolicy']

const bytes = (version: number) =>
  Buffer.from(encodeSubscription({ topics: ['t'], userData: null, ownedPartitions: [] }, version))

/** Two members of the classic protocol, partition 0 of `t` with the first, 1 with the second. */
function classicGroup(config: Partial<CoordinatorConfig> = {}) {
  const drive = new Drive(config)
  const { memberIds, generation } = classic.stableGroup(drive, 2, [
    { client: { clientId: 'c1', clientHost: '/127.0.0.2' }, sessionTimeoutMs: 7000 },
    { client: { clientId: 'c2', clientHost: '/127.0.0.3' }, rebalanceTimeoutMs: 9000 },
  ])
  const [a, b] = memberIds.map((memberId) => new ClassicMember(drive, { memberId }))
  for (const [i, member] of [a!, b!].entries()) {
    member.generation = generation
    member.held = { t: [i] }
  }
  drive.records.length = 0
  return { drive, a: a!, b: b!, generation }
}

/** A group of the consumer protocol in which one member speaks it and so many others do not. */
function mixedGroup(config: Partial<CoordinatorConfig> = {}, { others = 1 } = {}) {
  const drive = new Drive({ ...config, groupConsumerMigrationPolicy: 'bidirectional' })
  const client = new Client(drive, 'm').join()
  const members = Array.from({ length: others }, () => new ClassicMember(drive).join())
  for (let round = 0; round < 4; round++) {
    client.beat()
    for (const each of members) {
      each.sync()
      each.round()
    }
  }
  expect(describe(drive).state).toBe('Stable')
  drive.config = { ...drive.config, ...config }
  drive.records.length = 0
  return { drive, client, members, member: members[0]! }
}

const isConsumer = (drive: Drive) => drive.group.consumer !== null
const inOrder = (held: Record<string, number[]>[]) => held.flatMap(({ t = [] }) => t).sort()

suite('from classic to consumer', () => {
  test('the records: the end of the one group, the whole of the other, and what the newcomer sets in motion', () => {
    const { drive, a, b, generation } = classicGroup()
    join(drive, 'm')
    expect(drive.kinds()).toEqual([
      'classicGroup deleted',
      ...[
        'member',
        'member',
        'groupEpoch',
        'target',
        'target',
        'targetEpoch',
        'current',
        'current',
      ],
      ...['member', 'groupEpoch', 'target', 'targetEpoch', 'current'],
    ])
    const [, first, second, epoch, target, , targetEpoch, current] = drive.records
    expect(first).toMatchObject({
      key: { groupId: 'g', memberId: a.memberId },
      value: {
        instanceId: null,
        rackId: null,
        clientId: 'c1',
        clientHost: '/127.0.0.2',
        subscribedTopicNames: ['t'],
        subscribedTopicRegex: '',
        rebalanceTimeoutMs: 60_000,
        serverAssignor: null,
        classicMemberMetadata: {
          sessionTimeoutMs: 7000,
          supportedProtocols: [{ name: 'range', metadata: Buffer.from(classic.subscription('t')) }],
        },
      },
    })
    expect(second).toMatchObject({
      key: { memberId: b.memberId },
      value: { clientId: 'c2', clientHost: '/127.0.0.3', rebalanceTimeoutMs: 9000 },
    })
    expect(epoch!.value).toEqual({ epoch: generation, metadataHash: 0n })
    const share = { topicId: topicId('t'), partitions: [0] }
    expect(target).toMatchObject({
      key: { memberId: a.memberId },
      value: { topicPartitions: [share] },
    })
    expect(targetEpoch!.value).toEqual({ assignmentEpoch: generation, assignmentTimestamp: 0n })
    expect(current).toMatchObject({
      key: { memberId: a.memberId },
      value: {
        memberEpoch: generation,
        previousMemberEpoch: generation,
        state: 0,
        assignedPartitions: [{ ...share, assignmentEpochs: [generation] }],
        partitionsPendingRevocation: [],
      },
    })
  })

  test('members go on with what they have, are told to join again, and in the end everything is read once', () => {
    const { drive, a, b } = classicGroup()
    // 2 is nobody's until the newcomer gets it: the others do not have to give anything back.
    const client = new Client(drive, 'm').join()
    expect(client.held).toEqual({ t: [2] })
    expect(describe(drive).members.map(({ isClassic }) => isClassic)).toEqual([true, true, false])
    expect([a.beat(), b.beat()]).toEqual(['REBALANCE_IN_PROGRESS', 'REBALANCE_IN_PROGRESS'])
    a.join().sync()
    b.join().sync()
    expect([a.held, b.held]).toEqual([{ t: [0] }, { t: [1] }])
    expect([a.beat(), b.beat()]).toEqual(['NONE', 'NONE'])
    expect(a.generation).toBe(describe(drive).epoch)
    expect(describe(drive).state).toBe('Stable')
  })

  test.each<{ policy: Policy; allowed: boolean }>([
    { policy: 'disabled', allowed: false },
    { policy: 'upgrade', allowed: true },
    { policy: 'downgrade', allowed: false },
    { policy: 'bidirectional', allowed: true },
  ])('group.consumer.migration.policy=$policy', ({ policy, allowed }) => {
    const { drive, a } = classicGroup({ groupConsumerMigrationPolicy: policy })
    const { error, message } = join(drive, 'm')
    expect(isConsumer(drive)).toBe(allowed)
    if (allowed) return expect(error).toBe('NONE')
    expect({ error, message }).toEqual({
      error: 'GROUP_ID_NOT_FOUND',
      message:
        'Cannot upgrade classic group g to consumer group because online upgrade is disabled.',
    })
    expect(drive.records).toEqual([])
    expect(a.beat()).toBe('NONE')
  })

  const assigned = (drive: Drive, assignment: Uint8Array): void => {
    const joined = classic.join(drive, { apiVersion: 3 })
    drive.advance(0)
    const { memberId, generation } = joined.outcome
    classic.sync(drive, memberId, generation, { assignments: [{ memberId, assignment }] })
  }

  const userData = Buffer.from('mine')
  const shared = { assignedPartitions: [{ topic: 't', partitions: [0] }] }
  const refusals: {
    why: string
    make: (drive: Drive) => void
    config?: Partial<CoordinatorConfig>
  }[] = [
    {
      why: 'the group does not use the consumer embedded protocol',
      make: (drive: Drive) => void classic.stableGroup(drive, 1, [{ protocolType: 'connect' }]),
    },
    {
      why: 'the group size exceeds the consumer group maximum size',
      make: (drive: Drive) => void classic.stableGroup(drive, 2),
      config: { groupConsumerMaxSize: 1 },
    },
    {
      why: 'the embedded consumer protocol is malformed',
      make: (drive: Drive) =>
        void classic.stableGroup(drive, 1, [
          { protocols: [{ name: 'range', metadata: Buffer.of(0) }] },
        ]),
    },
    {
      why: 'the embedded consumer protocol is malformed',
      make: (drive: Drive): void => assigned(drive, Buffer.of(0)),
    },
    {
      why:
        'an unsupported custom assignor is in use. Please refer to the documentation or switch to a ' +
        'default assignor before re-attempting the upgrade',
      make: (drive: Drive): void => assigned(drive, encodeAssignment({ ...shared, userData })),
    },
  ]
  test.each(refusals)('not where $why', ({ why, make, config }) => {
    const drive = new Drive(config)
    make(drive)
    drive.records.length = 0
    expect(join(drive, 'm')).toMatchObject({
      error: 'GROUP_ID_NOT_FOUND',
      message: `Cannot upgrade classic group g to consumer group because ${why}.`,
    })
    expect([isConsumer(drive), drive.records]).toEqual([false, []])
  })

  test('an assignment of no bytes is one of nothing', () => {
    const drive = new Drive()
    assigned(drive, Buffer.alloc(0))
    expect(held(join(drive, 'm'))).toEqual({ t: [1, 2] })
  })

  test('only who joins turns a group into one of this protocol', () => {
    const { drive } = classicGroup()
    expect(heartbeat(drive, { memberEpoch: 3 })).toMatchObject({
      error: 'GROUP_ID_NOT_FOUND',
      message: 'Group g is not a consumer group.',
    })
    expect(heartbeat(drive, { memberEpoch: -1 }).error).toBe('GROUP_ID_NOT_FOUND')
    expect(isConsumer(drive)).toBe(false)
  })

  test('members that wait for each other are sent back to join again', () => {
    const { drive, a, b } = classicGroup()
    const waits = a.ask()
    expect(waits.isAnswered).toBe(false)
    expect(drive.timers.has('join')).toBe(true)
    join(drive, 'm')
    expect(drive.timers.has('join')).toBe(false)
    expect(waits.outcome).toMatchObject({ error: 'REBALANCE_IN_PROGRESS', memberId: a.memberId })
    expect([a.join().sync().error, b.beat()]).toEqual(['NONE', 'REBALANCE_IN_PROGRESS'])
  })

  test('so are those that wait for their assignment', () => {
    const { drive, a, b } = classicGroup()
    const [first, second] = [a.ask(), b.ask()]
    const { generation } = first.outcome
    expect(second.outcome.generation).toBe(generation)
    const waits = classic.sync(drive, b.memberId, generation)
    expect(waits.isAnswered).toBe(false)
    expect(drive.timers.has('sync')).toBe(true)
    join(drive, 'm')
    expect(drive.timers.has('sync')).toBe(false)
    expect(waits.outcome.error).toBe('REBALANCE_IN_PROGRESS')
    expect(b.join().sync().error).toBe('NONE')
  })

  test('a member that was only given an id has not joined, and joins the group as it is now', () => {
    const { drive } = classicGroup()
    const newcomer = new ClassicMember(drive)
    newcomer.memberId = newcomer.ask().outcome.memberId
    join(drive, 'm')
    expect(describe(drive).members).toHaveLength(3)
    expect([...drive.timers.keys()]).not.toContain(`session ${newcomer.memberId}`)
    newcomer.join().sync()
    expect(describe(drive).members).toHaveLength(4)
  })

  test('sessions begin anew, by the time that each member asked for', () => {
    const { drive, a, b } = classicGroup()
    drive.advance(3000)
    const client = new Client(drive, 'm').join()
    drive.advance(6999)
    client.beat()
    expect(describe(drive).members).toHaveLength(3)
    drive.advance(1)
    expect(describe(drive).members.map(({ memberId }) => memberId)).toEqual([b.memberId, 'm'])
    expect(a.beat()).toBe('UNKNOWN_MEMBER_ID')
  })

  test('a group without members is not migrated but replaced, whatever the policy', () => {
    const { drive, a, b } = classicGroup({ groupConsumerMigrationPolicy: 'disabled' })
    classic.leave(drive, { memberId: a.memberId }, { memberId: b.memberId })
    drive.records.length = 0
    expect(join(drive, 'm').memberEpoch).toBe(2)
    expect(drive.kinds()).toEqual([
      'classicGroup deleted',
      ...['member', 'groupEpoch', 'target', 'targetEpoch', 'current'],
    ])
  })

  test('what a cooperative member was told to give back is given to others when it has done so', () => {
    const { drive, a, b } = classicGroup()
    const joins = [a.ask(), b.ask()]
    const { generation } = joins[0]!.outcome
    for (const each of [a, b]) each.generation = generation
    // The leader takes 0 from itself, for the generation after this one; it does not hear the answer.
    classic.sync(drive, a.memberId, generation, {
      assignments: [{ memberId: b.memberId, assignment: classic.assignment('t', 1) }],
    })
    const client = new Client(drive, 'm').join()
    expect(client.held).toEqual({ t: [2] })
    // Until it has done so, administrators see the partition with it, as in Kafka.
    expect(describe(drive).members[0]!.assigned).toMatchObject([
      { topicName: 't', partitions: [0] },
    ])
    expect(a.sync().error).toBe('NONE')
    expect(a.held).toEqual({})
    expect(a.beat()).toBe('REBALANCE_IN_PROGRESS')
    a.join().sync()
    for (let i = 0; i < 4; i++) {
      client.beat()
      a.round()
      b.round()
    }
    expect(describe(drive).state).toBe('Stable')
    expect(inOrder([a.held, b.held, client.held])).toEqual([0, 1, 2])
  })

  test('what the leader left to nobody is assigned, even if the newcomer only takes the place of another', () => {
    const drive = new Drive()
    classic.stableGroup(drive, 2, [{ instanceId: 'i' }, { instanceId: 'k' }])
    join(drive, 'm', { instanceId: 'i' })
    const targets = describe(drive).members.flatMap(({ target }) => target)
    expect(targets.flatMap(({ partitions }) => partitions).sort()).toEqual([0, 1, 2])
  })

  test('a static member comes back with the other protocol and gets what it had', () => {
    const drive = new Drive()
    classic.stableGroup(drive, 2, [{ instanceId: 'i' }, { instanceId: 'k' }])
    const [former] = [...drive.group.classic!.members.keys()]
    const outcome = join(drive, 'm', { instanceId: 'i' })
    expect(held(outcome)!.t).toContain(0)
    expect(
      describe(drive).members.map(({ memberId, instanceId, isClassic }) => [
        memberId,
        instanceId,
        isClassic,
      ]),
    ).toEqual([
      [expect.stringMatching(/^k-/), 'k', true],
      ['m', 'i', false],
    ])
    expect(classic.heartbeat(drive, former!, 1, 'i')).toBe('FENCED_INSTANCE_ID')
  })
})

test('a static member of the classic protocol need not have gone before it comes back with the other', () => {
  const drive = new Drive()
  join(drive, 'm')
  new ClassicMember(drive, { instanceId: 'i' }).join()
  expect(join(drive, 'n', { instanceId: 'i' }).error).toBe('NONE')
  // One of this protocol must.
  expect(join(drive, 'o', { instanceId: 'i' }).error).toBe('UNRELEASED_INSTANCE_ID')
})

suite('from consumer to classic', () => {
  const ways: { how: string; go: (drive: Drive, client: Client) => void }[] = [
    { how: 'leaves', go: (_, client) => void client.leave() },
    {
      how: 'is removed by an administrator',
      go: (drive) => void classic.leave(drive, { memberId: 'm' }),
    },
    { how: 'is heard of no more', go: (drive) => drive.advance(45_000) },
  ]
  test.each(ways)('the last member of the consumer protocol $how', ({ go }) => {
    const { drive, client, members } = mixedGroup({}, { others: 2 })
    const { epoch, members: before } = describe(drive)
    // Only the one member is late.
    for (const each of members) drive.timers.delete(`session ${each.memberId}`)
    go(drive, client)
    expect(drive.kinds()).toEqual([
      ...Array(3).fill('current deleted'),
      ...Array(3).fill('target deleted'),
      'targetEpoch deleted',
      ...Array(3).fill('member deleted'),
      ...['partitionMetadata deleted', 'groupEpoch deleted', 'classicGroup'],
    ])
    const { value } = drive.records.at(-1)!
    expect(value).toEqual({
      protocolType: 'consumer',
      generation: epoch,
      protocol: 'range',
      leader: null,
      currentStateTimestamp: BigInt(drive.now),
      members: members.map(({ memberId }) => ({
        memberId,
        groupInstanceId: null,
        clientId: 'c',
        clientHost: '/127.0.0.1',
        rebalanceTimeout: 60_000,
        sessionTimeout: 10_000,
        subscription: expect.anything(),
        assignment: encodeAssignment({
          assignedPartitions: [{ topic: 't', partitions: targetOf(before, memberId) }],
          userData: null,
        }),
      })),
    })
    expect([drive.group.consumer, drive.group.classic!.phase]).toEqual([null, 'PreparingRebalance'])
    expect(members.map((each) => each.beat())).toEqual(Array(2).fill('REBALANCE_IN_PROGRESS'))
    const [first, second] = members.map((each) => each.ask())
    expect(first!.outcome).toMatchObject({ error: 'NONE', generation: epoch + 1 })
    expect(second!.outcome).toMatchObject({ error: 'NONE', leader: members[0]!.memberId })
  })

  const targetOf = (members: ReturnType<typeof describe>['members'], id: string) => [
    ...members.find(({ memberId }) => memberId === id)!.target[0]!.partitions,
  ]

  test('it does not give back in time, and is gone', () => {
    const { drive, client } = mixedGroup()
    new ClassicMember(drive).join().sync()
    heartbeat(drive, { memberId: 'm', memberEpoch: client.epoch })
    for (const timer of drive.timers.keys()) if (timer !== 'revoke m') drive.timers.delete(timer)
    drive.advance(59_999)
    expect(isConsumer(drive)).toBe(true)
    drive.advance(1)
    expect(drive.group.classic?.members.size).toBe(2)
    expect(drive.notes).toContainEqual({
      kind: 'timed-out',
      member: expect.objectContaining({ memberId: 'm' }),
      reason: 'it did not give back partitions within its rebalance timeout',
    })
  })

  test('of its timers only the sessions are left, and begin anew', () => {
    const drive = new Drive()
    const client = new Client(drive, 'm').join()
    const { memberId } = new ClassicMember(drive).join()
    expect(drive.timers.has(`sync ${memberId}`)).toBe(true)
    drive.advance(5000)
    client.leave()
    expect(drive.timers).toEqual(
      new Map([
        [`session ${memberId}`, drive.now + 10_000],
        ['join', drive.now + 60_000],
      ]),
    )
  })

  test('not as long as another one is there', () => {
    const { drive, client } = mixedGroup()
    const second = new Client(drive, 'n').join()
    client.leave()
    expect(isConsumer(drive)).toBe(true)
    second.leave()
    expect(isConsumer(drive)).toBe(false)
  })

  test('not when nobody is left', () => {
    const { drive, client, member } = mixedGroup()
    classic.leave(drive, { memberId: member.memberId }, { memberId: client.memberId })
    expect(describe(drive).state).toBe('Empty')
  })

  test.each<{ policy: Policy; allowed: boolean }>([
    { policy: 'disabled', allowed: false },
    { policy: 'upgrade', allowed: false },
    { policy: 'downgrade', allowed: true },
    { policy: 'bidirectional', allowed: true },
  ])('group.consumer.migration.policy=$policy', ({ policy, allowed }) => {
    const { drive, client, member } = mixedGroup({ groupConsumerMigrationPolicy: policy })
    client.leave()
    expect(isConsumer(drive)).toBe(!allowed)
    expect(member.beat()).toBe('REBALANCE_IN_PROGRESS')
    if (policy !== 'upgrade') return
    // The group stays what it is, and what was free is dealt out among those that are left.
    member.join().sync()
    expect(member.held).toEqual({ t: [0, 1, 2] })
  })

  test('not into a classic group that would be too large', () => {
    const { drive, client } = mixedGroup({ groupMaxSize: 1 }, { others: 2 })
    client.leave()
    expect(isConsumer(drive)).toBe(true)
  })

  test.each([
    { version: 0, hex: '0000 00000001 0001 74 00000001 00000000 ffffffff' },
    { version: 1, hex: '0001 00000001 0001 74 00000001 00000000 ffffffff' },
    { version: 3, hex: '0003 00000001 0001 74 00000001 00000000 ffffffff' },
    // A client to come; the newest that we know it can read, too.
    { version: 9, hex: '0003 00000001 0001 74 00000001 00000000 ffffffff' },
  ])(
    'an assignment is written at the version of the subscription: $version',
    ({ version, hex }) => {
      const metadata = bytes(Math.min(version, 3))
      metadata.writeInt16BE(version)
      const protocols = [{ name: 'range', metadata }]
      const alone = (groupConsumerMigrationPolicy: Policy) => {
        const drive = new Drive({ groupConsumerMigrationPolicy })
        drive.topic('t', 1)
        const client = new Client(drive, 'm').join()
        const member = new ClassicMember(drive).join({ protocols })
        client.leave()
        return { drive, member }
      }
      const { drive, member } = alone('upgrade')
      const { assignment } = member.join({ protocols }).sync()
      expect(Buffer.from(assignment).toString('hex')).toBe(hex.replaceAll(' ', ''))
      expect(isConsumer(drive)).toBe(true)
      // As it stands in the record of the classic group, where it had nothing yet.
      const { records } = alone('bidirectional').drive
      const { members } = records.at(-1)!.value as { members: { assignment: Uint8Array }[] }
      const [head] = hex.split(' ')
      expect(Buffer.from(members[0]!.assignment).toString('hex')).toBe(`${head}00000000ffffffff`)
    },
  )

  test('who still waits for a partition is told to join again', () => {
    const drive = new Drive({ groupConsumerMigrationPolicy: 'bidirectional' })
    new Client(drive, 'm').join({ instanceId: 'i' })
    const a = new ClassicMember(drive).join()
    a.sync()
    expect(a.held).toEqual({})
    new ClassicMember(drive, { instanceId: 'i' }).ask()
    expect(isConsumer(drive)).toBe(false)
    expect(a.beat()).toBe('REBALANCE_IN_PROGRESS')
  })

  test('a static member comes back with the classic protocol: the assignment stands, and nobody joins again', () => {
    const drive = new Drive()
    const client = new Client(drive, 'm').join({ instanceId: 'i' })
    const other = new ClassicMember(drive).join()
    for (let i = 0; i < 4; i++) {
      client.beat()
      other.sync()
      other.round()
    }
    expect(describe(drive).state).toBe('Stable')
    const { epoch } = describe(drive)
    const had = client.held
    client.leave(-2)
    const back = new ClassicMember(drive, { instanceId: 'i' }).join()
    expect(drive.group.classic).toMatchObject({ phase: 'Stable', generation: epoch })
    expect(back.generation).toBe(epoch)
    expect(back.sync().error).toBe('NONE')
    expect(back.held).toEqual(had)
    expect([back.beat(), other.beat()]).toEqual(['NONE', 'NONE'])
    expect([...drive.timers.keys()].filter((each) => !each.startsWith('session '))).toEqual([])
  })

  test('but if it wants something else now, the assignment is old, and all join again', () => {
    const drive = new Drive()
    const client = new Client(drive, 'm').join({ instanceId: 'i' })
    const other = new ClassicMember(drive).join()
    for (let i = 0; i < 4; i++) {
      client.beat()
      other.sync()
      other.round()
    }
    client.leave(-2)
    const back = new ClassicMember(drive, { instanceId: 'i', topics: ['t', 'u'] }).join()
    expect(drive.group.classic!.phase).toBe('PreparingRebalance')
    expect([back.sync().error, other.beat()]).toEqual([
      'REBALANCE_IN_PROGRESS',
      'REBALANCE_IN_PROGRESS',
    ])
    const joined = [back.ask(), other.ask()].map(({ outcome }) => outcome)
    expect(joined.map(({ error, generation }) => [error, generation])).toEqual(
      Array(2).fill(['NONE', drive.group.classic!.generation]),
    )
  })

  test('a static member alone in its group comes back with the classic protocol', () => {
    const drive = new Drive()
    new Client(drive, 'm').join({ instanceId: 'i' }).leave(-2)
    const back = new ClassicMember(drive, { instanceId: 'i' }).join()
    expect(isConsumer(drive)).toBe(false)
    back.sync()
    expect(back.held).toEqual({ t: [0, 1, 2] })
  })

  test('there and back again, and what was committed stays', () => {
    const { drive, a, b } = classicGroup()
    classic.commit(drive, 4, { memberId: a.memberId, generation: a.generation })
    const client = new Client(drive, 'm').join()
    client.leave()
    expect(classic.committed(drive)).toBe(4)
    const [first, second] = [a.ask(), b.ask()]
    expect(second.outcome.generation).toBe(first.outcome.generation)
    expect(drive.notes.filter(({ kind }) => kind === 'rebalance-began').slice(-2)).toEqual([
      { kind: 'rebalance-began', reason: 'the group moves to the consumer protocol' },
      { kind: 'rebalance-began', reason: 'the group moves to the classic protocol' },
    ])
  })
})

suite('a member of the classic protocol in a group of the consumer protocol', () => {
  test('not where migration is disabled', () => {
    const drive = new Drive({ groupConsumerMigrationPolicy: 'disabled' })
    join(drive, 'm')
    expect(new ClassicMember(drive).ask().outcome).toMatchObject({
      error: 'INCONSISTENT_GROUP_PROTOCOL',
      memberId: '',
    })
  })

  test('it is given an id, an epoch as its generation, and no leader', () => {
    const drive = new Drive()
    join(drive, 'm')
    const asked = new ClassicMember(drive).ask().outcome
    expect(asked).toMatchObject({ error: 'MEMBER_ID_REQUIRED', memberId: 'u1', generation: -1 })
    const joined = new ClassicMember(drive, { memberId: asked.memberId }).ask().outcome
    expect(joined).toEqual({
      error: 'NONE',
      memberId: 'u1',
      generation: 3,
      protocolType: 'consumer',
      protocolName: 'range',
      leader: '',
      skipAssignment: false,
      members: [],
    })
  })

  test('joining: what is refused', () => {
    const { drive } = mixedGroup({ groupConsumerMaxSize: 2 })
    const refused = (given: Parameters<ClassicMember['ask']>[0]) =>
      new ClassicMember(drive, { memberId: 'x' }).ask(given).outcome
    expect(refused({}).error).toBe('GROUP_MAX_SIZE_REACHED')
    drive.config = { ...drive.config, groupConsumerMaxSize: 9 }
    const inconsistent = { error: 'INCONSISTENT_GROUP_PROTOCOL', memberId: '' }
    expect(refused({ protocolType: 'connect' })).toMatchObject(inconsistent)
    // The other member of the classic protocol speaks range alone.
    expect(refused({ protocols: [{ name: 'roundrobin', metadata: bytes(3) }] })).toMatchObject(
      inconsistent,
    )
    const malformed = [{ name: 'range', metadata: Buffer.of(0) }]
    expect(refused({ protocols: malformed })).toMatchObject(inconsistent)
    expect(refused({ instanceId: 'nobody' }).error).toBe('UNKNOWN_MEMBER_ID')
  })

  const syncs: {
    error: string
    given: Parameters<ClassicMember['sync']>[0]
    who?: string
    at?: number
  }[] = [
    { error: 'NONE', given: {} },
    { error: 'NONE', given: { protocolType: 'consumer', protocolName: 'range' } },
    { error: 'INCONSISTENT_GROUP_PROTOCOL', given: { protocolType: 'connect' } },
    { error: 'INCONSISTENT_GROUP_PROTOCOL', given: { protocolName: 'roundrobin' } },
    { error: 'ILLEGAL_GENERATION', given: {}, at: 1 },
    { error: 'ILLEGAL_GENERATION', given: {}, at: 9 },
    { error: 'UNKNOWN_MEMBER_ID', given: {}, who: 'nobody' },
    { error: 'UNKNOWN_MEMBER_ID', given: {}, who: 'm' },
    { error: 'UNKNOWN_MEMBER_ID', given: { instanceId: 'nobody' } },
  ]
  test.each(syncs)('SyncGroup: $error for $given, $who, $at', ({ error, given, who, at }) => {
    const { drive, member } = mixedGroup()
    const { memberId, generation } = member
    const outcome = classic.sync(drive, who ?? memberId, at ?? generation, given).outcome
    expect(outcome.error).toBe(error)
    if (error !== 'NONE') return
    // What the request said is said again.
    const { protocolType = null, protocolName = null } = given ?? {}
    expect(outcome).toMatchObject({ protocolType, protocolName })
  })

  test('Heartbeat: what is refused', () => {
    const { drive, member } = mixedGroup()
    const beat = (memberId: string, generation: number, instanceId: string | null = null) =>
      classic.heartbeat(drive, memberId, generation, instanceId)
    const { memberId, generation } = member
    expect(beat(memberId, generation)).toBe('NONE')
    expect(beat(memberId, generation - 1)).toBe('ILLEGAL_GENERATION')
    expect(beat('nobody', generation)).toBe('UNKNOWN_MEMBER_ID')
    expect(beat('m', generation)).toBe('UNKNOWN_MEMBER_ID')
    expect(beat(memberId, generation, 'nobody')).toBe('UNKNOWN_MEMBER_ID')
  })

  test('LeaveGroup: each by itself, of either protocol, and one epoch for all that go', () => {
    const { drive, member, members } = mixedGroup({}, { others: 2 })
    const { epoch } = describe(drive)
    new Client(drive, 'n').join({ instanceId: 'i' })
    const left = classic.leave(
      drive,
      { memberId: member.memberId, reason: 'enough' },
      { memberId: member.memberId },
      { memberId: 'nobody' },
      { memberId: 'm', instanceId: 'i' },
      { instanceId: 'nobody' },
      { instanceId: 'i' },
      {},
    )
    expect(left.members.map(({ error }) => error)).toEqual([
      ...['NONE', 'NONE', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID', 'UNKNOWN_MEMBER_ID', 'NONE'],
      'UNKNOWN_MEMBER_ID',
    ])
    const deleted = drive.kinds().filter((kind) => kind === 'member deleted')
    expect(deleted).toHaveLength(2)
    const described = describe(drive)
    expect(described.members.map(({ memberId }) => memberId)).toEqual(['m', members[1]!.memberId])
    expect(described.epoch).toBe(epoch + 2)
    expect(drive.notes.at(-1)).toMatchObject({ kind: 'left', reason: 'enough' })
    drive.records.length = 0
    classic.leave(drive, { memberId: 'nobody' })
    expect(drive.records).toEqual([])
  })

  test('an old assignment is not handed out: first it has to join again', () => {
    const drive = new Drive()
    join(drive, 'm')
    const member = new ClassicMember(drive).join()
    join(drive, 'n')
    expect(member.sync().error).toBe('REBALANCE_IN_PROGRESS')
    expect(member.join().sync().error).toBe('NONE')
  })

  test('it gives back, says so, and gets what others have given back', () => {
    const drive = new Drive()
    const member = new ClassicMember(drive)
    const client = new Client(drive, 'm').join()
    member.join().sync()
    expect([client.held, member.held]).toEqual([{ t: [0, 1, 2] }, {}])
    // Nothing is free yet: joining again would bring it no further.
    expect(member.beat()).toBe('NONE')
    client.beat().beat()
    const freed = [0, 1, 2].filter((each) => !client.held.t!.includes(each))
    expect(freed.length).toBeGreaterThan(0)
    member.round()
    expect(member.held).toEqual({ t: freed })
    expect(member.beat()).toBe('NONE')
    // Now the other way: a third member, for whom this one has to give something back.
    drive.topic('t', 6)
    for (let i = 0; i < 3; i++) {
      client.beat()
      member.round()
    }
    const before = member.held.t!
    join(drive, 'n')
    expect(member.beat()).toBe('REBALANCE_IN_PROGRESS')
    member.join()
    expect(member.sync().error).toBe('NONE')
    expect(member.held.t!.length).toBeLessThan(before.length)
    expect(member.beat()).toBe('REBALANCE_IN_PROGRESS')
    member.join().sync()
    expect(member.beat()).toBe('NONE')
  })

  test.each([
    { timer: 'sync', how: 'it did not ask for its assignment in time', after: 9000 },
    { timer: 'join', how: 'it did not rejoin within its rebalance timeout', after: 9000 },
    { timer: 'session', how: 'no heartbeat within its session timeout', after: 8000 },
  ])('whoever is late is gone: $how', ({ timer, how, after }) => {
    const drive = new Drive()
    const client = new Client(drive, 'm').join()
    const sessionTimeoutMs = timer === 'session' ? after : 30_000
    const member = new ClassicMember(drive).join({ rebalanceTimeoutMs: 9000, sessionTimeoutMs })
    if (timer !== 'sync') member.sync()
    if (timer === 'join') {
      join(drive, 'n')
      // Asking again does not give it more time.
      expect(member.beat()).toBe('REBALANCE_IN_PROGRESS')
      drive.advance(after - 1000)
      member.beat()
      drive.advance(999)
    } else {
      drive.advance(after - 1)
    }
    expect(describe(drive).members.map(({ memberId }) => memberId)).toContain(member.memberId)
    drive.advance(1)
    expect(describe(drive).members.map(({ memberId }) => memberId)).not.toContain(member.memberId)
    expect(drive.notes).toContainEqual({
      kind: 'timed-out',
      member: expect.objectContaining({ memberId: member.memberId }),
      reason: how,
    })
    client.beat()
  })

  test('a session begins with JoinGroup, and goes on with every heartbeat', () => {
    const drive = new Drive()
    join(drive, 'm')
    const member = new ClassicMember(drive).join()
    const endsAt = () => drive.timers.get(`session ${member.memberId}`)! - drive.now
    expect(endsAt()).toBe(10_000)
    drive.advance(4000)
    member.sync()
    expect(endsAt()).toBe(10_000)
    drive.advance(5000)
    member.beat()
    expect(endsAt()).toBe(10_000)
  })

  test('what it no longer wants it has to give back at once, before there is a new assignment', () => {
    const { drive, member } = mixedGroup()
    const consumer = () => ({ ...defaults.consumer('g'), assignmentIntervalMs: 10_000 })
    drive.config = { ...drive.config, consumer }
    const target = {
      assignmentEpoch: describe(drive).targetEpoch,
      assignmentTimestamp: BigInt(drive.now),
    }
    drive.records.length = 0
    apply(drive.group, { kind: 'targetEpoch', key: { groupId: 'g' }, value: target })
    member.topics = ['u']
    member.join()
    expect(member.sync().error).toBe('NONE')
    expect(member.held).toEqual({})
    expect(member.beat()).toBe('REBALANCE_IN_PROGRESS')
    member.join().sync()
    expect(member.beat()).toBe('NONE')
  })

  test('who is in time has stopped the clock', () => {
    const drive = new Drive()
    join(drive, 'm')
    const timeouts = { rebalanceTimeoutMs: 9000, sessionTimeoutMs: 30_000 }
    const member = new ClassicMember(drive).join(timeouts)
    member.sync()
    join(drive, 'n')
    expect(member.beat()).toBe('REBALANCE_IN_PROGRESS')
    member.join(timeouts).sync()
    drive.advance(29_999)
    expect(describe(drive).members).toHaveLength(3)
  })
})

suite('whoever reads the records knows the same group', () => {
  test('after the upgrade, at once and when everybody has joined again', () => {
    const { drive, a, b } = classicGroup()
    const client = new Client(drive, 'm').join(joinEvent())
    const same = () => {
      const known = describe(drive)
      const { seenTopicsVersion: _, ...live } = drive.group.consumer!
      const { seenTopicsVersion: __, ...replayed } = drive.replayed().consumer!
      expect(replayed).toEqual(live)
      return known
    }
    same()
    a.round()
    b.round()
    settle(drive, client)
    expect(same().state).toBe('Stable')
    drive.failover()
    expect([a.beat(), b.beat()]).toEqual(['NONE', 'NONE'])
    expect(inOrder([a.held, b.held, client.held])).toEqual([0, 1, 2])
  })

  test('after the downgrade', () => {
    const { drive, client, members } = mixedGroup({}, { others: 2 })
    client.leave()
    const { consumer, classic: replayed } = drive.replayed()
    expect(consumer).toBeNull()
    const { generation, protocolName, subscribedTopics } = drive.group.classic!
    expect(replayed).toMatchObject({ generation, leader: null, protocolName, subscribedTopics })
    expect([...replayed!.members.values()]).toEqual(
      [...drive.group.classic!.members.values()].map((each) => ({
        ...each,
        assignment: new Uint8Array(each.assignment),
      })),
    )
    // Another coordinator lets them join again, too: what was the last one's would be nobody's.
    drive.failover()
    expect(members.map((each) => each.beat())).toEqual([
      'REBALANCE_IN_PROGRESS',
      'REBALANCE_IN_PROGRESS',
    ])
    const asked = members.map((each) => each.ask())
    const joined = { error: 'NONE', generation: generation + 1, leader: members[0]!.memberId }
    expect(asked.map(({ outcome }) => outcome)).toMatchObject([joined, joined])
  })

  test('what was committed before either move', () => {
    const { drive: up, a } = classicGroup()
    classic.commit(up, 4, { memberId: a.memberId, generation: a.generation })
    join(up, 'm')
    up.failover()
    expect({ isConsumer: isConsumer(up), offset: classic.committed(up) }).toEqual({
      isConsumer: true,
      offset: 4,
    })
    const { drive: down, client } = mixedGroup()
    classic.commit(down, 5, { memberId: client.memberId, generation: client.epoch })
    client.leave()
    down.failover()
    expect({ isConsumer: isConsumer(down), offset: classic.committed(down) }).toEqual({
      isConsumer: false,
      offset: 5,
    })
  })

  test('offsets whose group has ended are those of a simple one; without any, nothing is left', () => {
    const { drive, a } = classicGroup()
    classic.commit(drive, 4, { memberId: a.memberId, generation: a.generation })
    drive.records.push({ kind: 'classicGroup', key: { group: 'g' }, value: null })
    drive.failover()
    expect({
      offset: classic.committed(drive),
      members: drive.group.classic?.members.size,
    }).toEqual({
      offset: 4,
      members: 0,
    })
    const offset = drive.records.find(({ kind }) => kind === 'offset') as RecordOf<'offset'>
    drive.records.push({ ...offset, value: null })
    drive.records.push({ kind: 'classicGroup', key: { group: 'g' }, value: null })
    expect(drive.replayed()).toMatchObject({ classic: null, consumer: null })
  })
})
