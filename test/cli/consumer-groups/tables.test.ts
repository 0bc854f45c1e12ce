/** What a person sees of groups and their members, at the width of the terminal. */
import { expect, test } from 'vitest'
import { membersTable, statesTable } from '../../../src/cli/consumer-groups/describe/table.ts'
import type { GroupView, MemberView } from '../../../src/cli/consumer-groups/describe/view.ts'
import { plainList, shownList } from '../../../src/cli/consumer-groups/list.ts'
import { show } from '../../../src/cli/output/show.ts'
import { scriptedMachine } from '../machine.ts'

const member: MemberView = {
  consumerId: 'console-consumer-5a1c7d36-6f4e-4f0e-8b0a-1f2e3d4c5b6a',
  instanceId: null,
  clientId: 'console-consumer',
  host: '/127.0.0.1',
  assignment: [
    { topic: 'orders', partition: 0 },
    { topic: 'orders', partition: 1 },
  ],
  target: [{ topic: 'orders', partition: 0 }],
  epoch: 3,
  upgraded: null,
}
const group: GroupView = {
  group: 'billing',
  state: 'Stable',
  coordinator: { id: 1, host: '127.0.0.1', port: 9092 },
  strategy: 'range',
  groupEpoch: null,
  targetAssignmentEpoch: 4,
  members: [member],
}
const at = (columns: number) => scriptedMachine({ terminal: true, env: { NO_COLOR: '1' }, columns })

test('members on 80 columns: what is longer goes on below', () => {
  const text = membersTable(group, { verbose: false, machine: at(80) })
  expect(text.split('\n')).toEqual([
    'billing  1 member',
    'CONSUMER                                HOST        CLIENT            PARTITIONS',
    'console-consumer-5a1c7d36-6f4e-4f0e-8b  /127.0.0.1  console-consumer           2',
    '0a-1f2e3d4c5b6a',
    '',
  ])
})

test.each([1, 40, 80, 200])(
  'no line is wider than a terminal of %d columns, or cells stand alone',
  (columns) => {
    for (const verbose of [false, true]) {
      const machine = at(columns)
      const tables = [
        membersTable(group, { verbose, machine }),
        statesTable([group], { verbose, machine }),
      ]
      for (const line of tables.join('').split('\n')) {
        const isAlone = line.trim().split(/ {2,}/).length <= 2
        expect(line.length <= columns || isAlone, line).toBe(true)
      }
    }
  },
)

test('members with everything', () => {
  const text = membersTable(
    { ...group, members: [{ ...member, instanceId: 'me' }] },
    { verbose: true, machine: at(200) },
  )
  expect(text).toMatch(/INSTANCE .*PARTITIONS +EPOCH +ASSIGNED +TARGET EPOCH +TARGET\n/)
  expect(text).toMatch(/ me .* 2 +3 +orders:0,1 +4 +orders:0\n/)
})

test('groups and how they are', () => {
  const text = statesTable([group, { ...group, group: 'b', strategy: '', members: [] }], {
    verbose: false,
    machine: at(80),
  })
  expect(text).toBe(
    'GROUP    COORDINATOR         STRATEGY  STATE   MEMBERS\n' +
      'billing  127.0.0.1:9092 (1)  range     Stable        1\n' +
      'b        127.0.0.1:9092 (1)  -         Stable        0\n',
  )
})

test.each([
  { groups: [], text: 'There are no such groups.\n' },
  {
    groups: [{ group: 'billing', type: 'Classic', state: 'Empty' }],
    text: 'GROUP    STATE\nbilling  Empty\n',
  },
])('a list with states: $text', async ({ groups, text }) => {
  const machine = at(80)
  await show(shownList(groups, { type: false, state: true }), { form: 'table', machine })
  expect(machine.out()).toBe(text)
  const plain = at(80)
  const columns = { type: false, state: true }
  await show(shownList(groups, columns), { form: 'plain', machine: plain })
  expect(plain.out()).toBe(plainList(groups, columns))
})
