/** What stands in a log, in the words of the model. */
import type { PartitionLog } from '../../../src/log/partition-log.ts'
import { isControl } from '../../../src/protocol/batch/layout.ts'
import { records } from '../../../src/protocol/batch/reader.ts'
import { readAll } from '../support.ts'
import type { Entry } from './model.ts'

export function entriesOf(log: PartitionLog, from: bigint): Entry[] {
  const all = readAll(log, from).flatMap((bytes) => {
    if (isControl(bytes)) return markersOf(bytes)
    return [...records(bytes)].map(({ offset, key, value }) => ({
      offset,
      text: `${textOf(key)}=${textOf(value)}`,
      marker: false,
      transactional: false,
    }))
  })
  return all.filter(({ offset }) => offset >= from)
}

function markersOf(bytes: Buffer): Entry[] {
  return [...records(bytes)].map(({ offset, key }) => ({
    offset,
    text: key![3] === 0 ? 'ABORT' : 'COMMIT',
    marker: true,
    transactional: true,
  }))
}

const textOf = (bytes: Uint8Array | null) => (bytes === null ? '' : Buffer.from(bytes).toString())
