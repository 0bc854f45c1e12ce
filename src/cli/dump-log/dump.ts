/** Everything that the named files hold, in their order. */
import { basename, dirname, extname, resolve } from 'node:path'
import type { Disk } from '../../host/disk.ts'
import { OpenFiles } from '../../log/open-files.ts'
import { TransactionIndex } from '../../log/transaction-index.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { decodeProducerSnapshot } from '../../protocol/records/files.ts'
import type { Entry } from './entries.ts'
import { type IndexReading, offsetIndexEntries, timeIndexEntries } from './index-files.ts'
import { type LogReading, logEntries } from './log-file.ts'
import { type Named, noSuchFile, offsetInName } from './named.ts'

export type Reading = {
  /** Read when the first segment comes: what is wrong with these options is told then, as Kafka does. */
  log: () => LogReading
  index: () => Omit<IndexReading, 'files'>
}

export function* dump(disk: Disk, paths: readonly string[], reading: Reading): Generator<Entry> {
  const files = new OpenFiles(disk)
  for (const file of paths) {
    yield { kind: 'file', file }
    const kind = kinds[extname(`_${basename(file)}`)]
    if (kind === undefined) yield { kind: 'ignored', file }
    else yield* kind(named(files, file), { ...reading, disk, files })
  }
}

type Use = Reading & { disk: Disk; files: OpenFiles }

const segment = (named: Named, { log }: Use) => logEntries(named, log())

const kinds: { readonly [extension: string]: (named: Named, use: Use) => Generator<Entry> } = {
  '.log': segment,
  '.checkpoint': segment,
  '.index': (named, { index, files }) => offsetIndexEntries(named, { ...index(), files }),
  '.timeindex': (named, { index, files }) => timeIndexEntries(named, { ...index(), files }),
  '.snapshot': producers,
  '.txnindex': abortedTransactions,
}

function* producers(named: Named, { disk }: Use): Generator<Entry> {
  named.open()
  try {
    for (const entry of decodeProducerSnapshot(disk.readFile(named.path))) {
      yield { kind: 'producer', ...entry }
    }
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    yield { kind: 'unreadable-snapshot', reason: `${named.file}: ${error.message}` }
  }
}

function* abortedTransactions(named: Named, { files }: Use): Generator<Entry> {
  offsetInName(named.name)
  const index = new TransactionIndex(files, named.path, { fresh: false })
  for (const each of index.all()) yield { kind: 'aborted-transaction', ...each }
}

function named(files: OpenFiles, file: string): Named {
  const path = resolve(file)
  const { disk } = files
  return {
    file,
    path,
    name: basename(path),
    open() {
      if (disk.stat(path) === null) throw noSuchFile(file)
      return files.file(path)
    },
    sibling(suffix) {
      const beside = `${dirname(path)}/${basename(path).split('.')[0]}${suffix}`
      return {
        path: beside,
        exists: disk.stat(beside) !== null,
        open: () => files.file(beside),
      }
    },
  }
}
