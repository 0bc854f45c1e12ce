import { records } from '../../protocol/batch/reader.ts'
import { decodeControlKey, decodeEndTxnMarker } from '../../protocol/records/control-batch.ts'

export interface Marker {
  readonly aborted: boolean
  readonly coordinatorEpoch: number
  readonly timestamp: bigint
}

const abort = 0
const commit = 1

/** The commit or abort marker in a control batch; null for an empty batch and for other control records. */
export function endTxnMarkerOf(batch: Uint8Array, at: number): Marker | null {
  for (const { key, value, timestamp } of records(batch, at)) {
    if (key === null || value === null) return null
    const type = decodeControlKey(key)
    if (type !== abort && type !== commit) return null
    const { coordinatorEpoch } = decodeEndTxnMarker(value)
    return { aborted: type === abort, coordinatorEpoch, timestamp }
  }
  return null
}
