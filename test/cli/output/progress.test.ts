import { expect, test } from 'vitest'
import { Progress, type Total } from '../../../src/cli/output/progress.ts'
import { scriptedMachine } from '../machine.ts'

test.each<{ total: Total; columns: number; shown: string; why: string }>([
  {
    total: { bytes: 4_000_000 },
    columns: 100,
    shown: '[#####---------------] 25 %  10,000 records  1.0 MB  500.0 kB/s, 5,000 records/s',
    why: 'a file whose size is known',
  },
  {
    total: { records: 5000 },
    columns: 100,
    shown: '[####################] 100 %  10,000 records  1.0 MB  500.0 kB/s, 5,000 records/s',
    why: 'never more than all',
  },
  {
    total: null,
    columns: 100,
    shown: '10,000 records  1.0 MB  500.0 kB/s, 5,000 records/s',
    why: 'a pipe without an end in sight',
  },
  { total: null, columns: 8, shown: '10,000 ', why: 'one line only' },
  { total: null, columns: 1, shown: '', why: 'nor on the narrowest terminal' },
])('$why', ({ total, columns, shown }) => {
  let now = 0
  const scripted = scriptedMachine({ terminal: true, columns })
  const machine = { ...scripted, clock: { ...scripted.clock, monotonic: () => now } }
  const progress = new Progress(machine, total)
  progress.add(4000, 400_000)
  expect(machine.err()).toBe('')
  now = 2000
  progress.add(6000, 600_000)
  expect(machine.err()).toBe(`\r\x1b[K${shown}`)
  progress.clear()
  expect(machine.err()).toBe(`\r\x1b[K${shown}\r\x1b[K`)
})
