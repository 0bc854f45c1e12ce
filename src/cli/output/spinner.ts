import type { Output } from '../../host/stdio.ts'
import type { Machine } from '../machine.ts'

const patienceMs = 300

/**
 * Does something while a spinner turns, if it takes long and somebody looks at a terminal. The spinner is gone before a
 * letter is written.
 */
export async function withSpinner<T>(
  machine: Machine,
  text: string,
  work: (machine: Machine) => Promise<T>,
): Promise<T> {
  if (!machine.stderr.isTerminal || !machine.stdout.isTerminal) return work(machine)
  let spinner: { stop(): unknown } | null = null
  let isOver = false
  const cancel = machine.clock.schedule(patienceMs, async () => {
    const { turning } = await import('./ora.ts')
    if (!isOver) spinner = turning(text)
  })
  const stop = () => {
    isOver = true
    cancel()
    spinner?.stop()
  }
  const quieted = (output: Output): Output => ({
    ...output,
    write(bytes) {
      stop()
      output.write(bytes)
    },
    writeLater(bytes) {
      stop()
      return output.writeLater(bytes)
    },
  })
  const { stdout, stderr } = machine
  try {
    return await work({ ...machine, stdout: quieted(stdout), stderr: quieted(stderr) })
  } finally {
    stop()
  }
}
