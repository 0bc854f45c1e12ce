import { type ControlType, controlTypes } from '../../protocol/batch/control.ts'
import {
  decodeControlKey,
  decodeControlValue,
  decodeEndTxnMarker,
} from '../../protocol/records/control-batch.ts'
import { messageJson } from '../console-consumer/formatters/message-json.ts'
import type { ControlEntry } from './entries.ts'

const nothing = new Uint8Array(0)

/** What a record of a control batch says. */
export function controlEntry(key: Uint8Array | null, value: Uint8Array | null): ControlEntry {
  const id = decodeControlKey(key ?? nothing)
  const type: ControlType | undefined = controlTypes[id]
  if (type === 'ABORT' || type === 'COMMIT') {
    return { type, coordinatorEpoch: decodeEndTxnMarker(value ?? nothing).coordinatorEpoch }
  }
  const decoded = type === undefined ? undefined : decodeControlValue(id, value ?? nothing)
  if (type === undefined || decoded === undefined) return { type: 'UNKNOWN', id }
  const { schema, version, value: message } = decoded
  return { type, message: { json: messageJson(schema, version, message) } }
}
