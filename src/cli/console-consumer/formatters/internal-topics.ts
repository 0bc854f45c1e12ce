import { recordKey, recordValue } from '../../../protocol/batch/reader.ts'
import { decodeKey, decodeValue } from '../../../protocol/records/framing.ts'
import {
  type CoordinatorRecords,
  groupRecords,
  shareRecords,
  transactionRecords,
} from '../../../protocol/records/registry.ts'
import { JavaError } from '../../java/errors.ts'
import type { OutputBuffer } from '../../output/buffer.ts'
import type { RecordView } from '../../records/record-view.ts'
import type { Formatter } from './formatter.ts'
import { messageJson } from './message-json.ts'

/**
 * Records of Kafka's internal topics as JSON, one behind the other without anything between them, as Kafka's tool does.
 * Each formatter shows some types of record and leaves the others out.
 */
export const offsetsFormatter = formatter(groupRecords, (type) => type === 0 || type === 1)
export const groupMetadataFormatter = formatter(groupRecords, (type) => type === 2)
export const transactionLogFormatter = formatter(transactionRecords, () => true)
export const shareGroupFormatter = formatter(groupRecords, (type) => type >= 9 && type <= 15)
export const shareGroupStateFormatter = formatter(shareRecords, () => true)

function formatter(records: CoordinatorRecords, isShown: (type: number) => boolean): Formatter {
  return {
    write({ cursor }: RecordView, out: OutputBuffer) {
      const key = recordKey(cursor)
      if (key === null) return
      try {
        const text = recordJson(records, key, recordValue(cursor), isShown)
        if (text !== null) out.text(text)
      } catch (cause) {
        throw runtime(
          `Could not read record at offset ${cursor.offset()} due to: ${(cause as Error).message}`,
          cause,
        )
      }
    },
  }
}

function recordJson(
  records: CoordinatorRecords,
  keyBytes: Uint8Array,
  valueBytes: Uint8Array | null,
  isShown: (type: number) => boolean,
): string | null {
  const key = readPart('key', keyBytes, () => decodeKey(records, keyBytes))
  if (key === undefined || !isShown(key.schema.type)) return null
  const keyJson = `{"type":${key.schema.type},"data":${messageJson(key.schema, key.version, key.value)}}`
  if (valueBytes === null) return `{"key":${keyJson},"value":null}`
  const value = readPart('value', valueBytes, () =>
    decodeValue(records, key.schema.type, valueBytes),
  )
  const valueJson = `{"version":${value.version},"data":${messageJson(value.schema, value.version, value.value)}}`
  return `{"key":${keyJson},"value":${valueJson}}`
}

/** Says of bytes that are no such record what Kafka's reader says. */
function readPart<T>(part: 'key' | 'value', bytes: Uint8Array, read: () => T): T {
  if (bytes.length < versionBytes) throw runtime(`Could not read version from ${part}'s buffer.`)
  try {
    return read()
  } catch (cause) {
    const version = Buffer.from(bytes).readInt16BE()
    throw runtime(
      `Could not read record with version ${version} from ${part}'s buffer due to: ${(cause as Error).message}.`,
      cause,
    )
  }
}

const versionBytes = 2

function runtime(message: string, cause?: unknown): JavaError {
  return new JavaError('java.lang.RuntimeException', message, { cause })
}
