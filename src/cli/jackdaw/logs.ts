import { brokerIds, ClusterError } from '../../cluster/brokers.ts'
import { logPath } from '../../cluster/home.ts'
import { pause } from '../../host/clock.ts'
import { exitCodeOf, type Signal } from '../machine.ts'
import { colours } from '../output/table.ts'
import type { Context } from './context.ts'
import { chosen } from './ids.ts'
import { inOrder, type LogLine, LogReader } from './log-lines.ts'

const pollMs = 200
const chunkBytes = 1 << 16

/**
 * Shows what brokers, or those that are named, told of themselves; with `follow` it goes on until Ctrl-C. A program gets the files
 * as they are, a person sentences, of all brokers in the order of time. Answers with the exit code.
 */
export async function logs(
  { machine, host, home }: Context,
  named: readonly string[],
  { follow = false }: { follow?: boolean },
): Promise<number> {
  const known = brokerIds(host, home)
  if (known.length === 0) {
    throw new ClusterError(`no cluster in ${home.root}; "jackdaw start" makes one`)
  }
  const ids = chosen(known, named)
  const colour = colours(machine)
  const { stdout } = machine
  const files = ids.map((id) => ({
    path: logPath(home, id),
    position: 0,
    reader: new LogReader(colour),
  }))
  const copyAll = () => {
    const told: LogLine[] = []
    for (const file of files) {
      file.position = copyFrom(file.path, file.position, (bytes) => {
        if (stdout.isTerminal) told.push(...file.reader.read(bytes))
        else stdout.write(bytes)
      })
    }
    if (told.length > 0) stdout.write(inOrder(told))
  }
  copyAll()
  if (!follow) return 0
  let signal: Signal | null = null
  machine.onSignal((given) => {
    signal = given
  })
  while (signal === null) {
    await pause(host.clock, pollMs)
    copyAll()
  }
  return exitCodeOf[signal as Signal]

  function copyFrom(path: string, from: number, take: (bytes: Uint8Array) => void): number {
    const size = host.disk.stat(path)?.size ?? 0
    // The file began anew: so do we.
    let position = size < from ? 0 : from
    if (size === position) return position
    const file = host.disk.open(path, 'read')
    try {
      const chunk = Buffer.alloc(chunkBytes)
      for (let read = 1; read > 0 && position < size; position += read) {
        read = file.read(chunk, position)
        take(chunk.subarray(0, read))
      }
    } finally {
      file.close()
    }
    return position
  }
}
