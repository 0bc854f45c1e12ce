import { expect, test } from 'vitest'
import {
  plainMembers,
  plainOffsets,
  plainState,
} from '../../../src/cli/consumer-groups/describe/plain.ts'
import {
  type GroupView,
  type MemberView,
  offsetRows,
} from '../../../src/cli/consumer-groups/describe/view.ts'
import { plainList } from '../../../src/cli/consumer-groups/list.ts'

const member = (consumerId: string, assignment: [string, number][]): MemberView => ({
  consumerId,
  instanceId: null,
  clientId: 'client',
  host: '/127.0.0.1',
  assignment: assignment.map(([topic, partition]) => ({ topic, partition })),
  target: null,
  epoch: null,
  upgraded: null,
})

const group = (members: MemberView[]): GroupView => ({
  group: 'g',
  state: 'Stable',
  coordinator: { host: '127.0.0.1', port: 9092, id: 1 },
  strategy: 'range',
  groupEpoch: null,
  targetAssignmentEpoch: null,
  members,
})

const committed = (offsets: Record<string, bigint>) =>
  new Map(
    Object.entries(offsets).map(([name, offset]) => {
      const [topic, partition] = name.split('-') as [string, string]
      return [name, { topic, partition: Number(partition), offset, leaderEpoch: null }]
    }),
  )

test('the busiest member comes first, then what nobody holds', () => {
  const view = group([
    member('few', [['b', 0]]),
    member('many', [
      ['a', 1],
      ['a', 0],
    ]),
  ])
  const rows = offsetRows(view, {
    committed: committed({ 'a-0': 5n, 'z-0': 1n, 'b-0': 7n }),
    ends: new Map([
      ['a-0', 9n],
      ['a-1', 4n],
      ['b-0', 7n],
    ]),
  })
  expect(
    rows.map((row) => [row.topic, row.partition, row.currentOffset, row.lag, row.consumerId]),
  ).toEqual([
    ['a', 0, 5n, 4n, 'many'],
    ['a', 1, null, null, 'many'],
    ['b', 0, 7n, 0n, 'few'],
    ['z', 0, 1n, null, null],
  ])
})

test('columns of offsets grow with what stands in them', () => {
  const rows = offsetRows(group([member('c', [['a-topic-of-18-chars', 0]])]), {
    committed: new Map(),
    ends: new Map(),
  })
  expect(plainOffsets(rows, { verbose: false })).toBe(
    [
      '',
      'GROUP           TOPIC               PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG             CONSUMER-ID     HOST            CLIENT-ID',
      'g               a-topic-of-18-chars 0          -               -               -               c               /127.0.0.1      client',
      '',
    ].join('\n'),
  )
})

test('members with an instance id have a column for it, mixed groups one for the protocol', () => {
  const members = [
    {
      ...member('a', [
        ['t', 1],
        ['t', 0],
        ['s', 10],
      ]),
      instanceId: 'i',
      upgraded: true,
    },
    { ...member('b', []), upgraded: false },
  ]
  expect(plainMembers(group(members), { verbose: true })).toBe(
    [
      '',
      'GROUP           CONSUMER-ID     GROUP-INSTANCE-ID HOST            CLIENT-ID       #PARTITIONS     CURRENT-EPOCH   CURRENT-ASSIGNMENT   TARGET-EPOCH    TARGET-ASSIGNMENT    UPGRADED',
      'g               a               i                 /127.0.0.1      client          3               -               s:10;t:0,1           -               -                    true',
      'g               b                                 /127.0.0.1      client          0               -               -                    -               -                    false',
      '',
    ].join('\n'),
  )
})

test('the state, and more of it', () => {
  const view = { ...group([]), strategy: '', state: 'Empty' }
  expect(plainState(view, { verbose: true })).toBe(
    [
      '',
      'GROUP           COORDINATOR (ID)          ASSIGNMENT-STRATEGY  STATE                GROUP-EPOCH     TARGET-ASSIGNMENT-EPOCH   #MEMBERS',
      'g               127.0.0.1:9092  (1)       -                    Empty                -               -                         0',
      '',
    ].join('\n'),
  )
})

test('a list is bare names until a column is asked for', () => {
  const groups = [{ group: 'gl-with-a-long-name', type: 'Classic', state: 'Empty' }]
  expect(plainList(groups, { type: false, state: false })).toBe('gl-with-a-long-name\n')
  expect(plainList(groups, { type: true, state: true })).toBe(
    'GROUP                         TYPE                 STATE               \n' +
      'gl-with-a-long-name           Classic              Empty               \n',
  )
})
