import type { Machine } from '../../src/cli/machine.ts'
import type { Output } from '../../src/host/stdio.ts'

type Given = {
  argv?: readonly string[]
  env?: Record<string, string>
  terminal?: boolean
  columns?: number
  rows?: number
}

/** A machine whose output can be read; nothing comes in, and its clock stands still. */
export function scriptedMachine({
  argv = [],
  env = {},
  terminal = false,
  columns = 80,
  rows = 24,
}: Given = {}) {
  const written = { out: '', err: '' }
  const output = (side: 'out' | 'err'): Output => ({
    isTerminal: terminal,
    columns: () => columns,
    rows: () => rows,
    write: (text) => {
      written[side] += typeof text === 'string' ? text : Buffer.from(text).toString()
    },
    writeLater: async (bytes) => {
      written[side] += Buffer.from(bytes).toString()
    },
  })
  const machine: Machine = {
    argv,
    env,
    stdin: {
      isTerminal: terminal,
      start: ({ end }) => end(),
      pause: () => {},
      resume: () => {},
    },
    stdout: output('out'),
    stderr: output('err'),
    clock: { now: () => 0, monotonic: () => 0, schedule: () => () => {} },
    onSignal: () => {},
  }
  return { ...machine, out: () => written.out, err: () => written.err }
}
