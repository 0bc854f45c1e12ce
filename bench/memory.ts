/**
 * Memory does not grow with the log: resident memory of a broker that has served a long log from its beginning, beside one
 * with a short log, against Apache Kafka.
 *   npm run bench -- memory         LARGE_MB=2048 as the environment; ALONE=1: without Apache Kafka
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { settled } from '../test/support/asking.ts'
import { newTopic } from '../test/support/filling.ts'
import {
  ended,
  endsOf,
  killAll,
  kinds,
  large,
  mib,
  readAll,
  started,
  withoutJava,
  write,
} from './log-jobs.ts'
import { residentMb } from './measure.ts'
import { type Figures, print, row } from './table.ts'

const largeMb = Number(process.env.LARGE_MB ?? 2048)
const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), 'bench-memory-'))
const notes: string[] = []
try {
  await memory()
} finally {
  await killAll()
  rmSync(folder, { recursive: true, force: true })
}
print([...notes, ...withoutJava])

/** Memory of a broker that has served a long log from its beginning, beside one with a short log. */
async function memory(): Promise<void> {
  for (const [name, size] of [
    ['short', 10],
    ['long', largeMb],
  ] as const) {
    const figures: Figures = {}
    for (const kind of kinds) {
      const root = join(folder, `memory-${kind}`)
      const broker = await started(root, kind)
      await newTopic(broker.connection, name, large)
      await write(broker, name, mib, size)
      await ended(broker, 'stop')
      const again = await started(root, kind)
      await settled(
        () => endsOf(again, name),
        ({ topics }) => topics[0]!.partitions.map(({ errorCode }) => errorCode),
      )
      const before = residentMb(again.pid()!)
      await readAll(again, name, mib)
      figures[kind] = residentMb(again.pid()!)
      notes.push(`${kind}, ${size} MiB: ${before.toFixed(0)} MB resident after the start`)
      await ended(again, 'kill')
      rmSync(root, { recursive: true, force: true })
    }
    row(`memory after reading a log of ${size} MiB, MB`, figures, 0)
  }
}
