import { decrementSequence } from '../../protocol/batch/sequence.ts'
import type { BatchEntry, ControlEntry, Entry, Part, RecordEntry } from './entries.ts'

/** An entry in Kafka's words, with its line end; nothing for faults, which are told together at the end. */
export function entryText(entry: Entry): string {
  switch (entry.kind) {
    case 'file':
      return `Dumping ${entry.file}\n`
    case 'segment':
      return `Log starting offset: ${entry.baseOffset}\n`
    case 'metadata-snapshot':
      return `Snapshot end offset: ${entry.endOffset}, epoch: ${entry.epoch}\n`
    case 'bootstrap-snapshot':
      return 'KRaft bootstrap snapshot\n'
    case 'batch':
      return batchText(entry)
    case 'record':
      return `${recordText(entry)}\n`
    case 'trailing':
      return `Found ${entry.bytes} invalid bytes at the end of ${entry.file}\n`
    case 'index-entry':
      return `offset: ${entry.offset} position: ${entry.position}\n`
    case 'time-index-entry':
      return `timestamp: ${entry.timestamp} offset: ${entry.offset}\n`
    case 'empty-index':
      return `${entry.file} is empty.\n`
    case 'sane-index':
      return `${entry.file} passed sanity check.\n`
    case 'aborted-transaction':
      return `version: 0 producerId: ${entry.producerId} firstOffset: ${entry.firstOffset} lastOffset: ${entry.lastOffset} lastStableOffset: ${entry.lastStableOffset}\n`
    case 'producer':
      return producerText(entry)
    default:
      return ''
  }
}

/** What goes to stderr as soon as it is met. */
export function warningText(entry: Entry): string {
  if (entry.kind === 'ignored') return `Ignoring unknown file ${entry.file}\n`
  return entry.kind === 'unreadable-snapshot' ? `${entry.reason}\n` : ''
}

function batchText(batch: BatchEntry): string {
  const { header, lastOffset } = batch
  const head =
    header === null
      ? `offset: ${lastOffset}`
      : `baseOffset: ${header.baseOffset} lastOffset: ${lastOffset} count: ${header.count} baseSequence: ${header.baseSequence} lastSequence: ${header.lastSequence} producerId: ${header.producerId} producerEpoch: ${header.producerEpoch} partitionLeaderEpoch: ${header.partitionLeaderEpoch} isTransactional: ${header.isTransactional} isControl: ${header.isControl} deleteHorizonMs: ${optional(header.deleteHorizonMs)}`
  return `${head} position: ${batch.position} ${batch.timestampType}: ${batch.maxTimestamp} size: ${batch.size} magic: ${batch.magic} compresscodec: ${batch.compression} crc: ${batch.crc} isvalid: ${batch.isValid}\n`
}

function optional(value: bigint | null): string {
  return value === null ? 'OptionalLong.empty' : `OptionalLong[${value}]`
}

function recordText(record: RecordEntry): string {
  const { timestampType, timestamp, sequence, legacy, control, content } = record
  let text = `| offset: ${record.offset} ${timestampType}: ${timestamp} keySize: ${record.keySize} valueSize: ${record.valueSize}`
  if (sequence !== null) {
    text += ` sequence: ${sequence} headerKeys: [${record.headerKeys.join(',')}]`
  }
  if (legacy !== null) text += ` isValid: ${legacy.isValid} crc: ${legacy.crc}`
  if (control !== null) text += controlText(control)
  const parts = content === null ? '' : contentText(record)
  return parts === '' ? text : `${text} ${parts}`
}

/** With --skip-record-metadata; a control record leaves an empty line. */
export function bareRecordText(record: RecordEntry): string {
  const parts = contentText(record)
  return parts === '' ? '\n' : `| ${parts}\n`
}

function contentText({ content }: RecordEntry): string {
  const texts: string[] = []
  if (content !== null && content.key !== null) texts.push(`key: ${partText(content.key)}`)
  if (content !== null && content.payload !== null) {
    texts.push(`payload: ${partText(content.payload)}`)
  }
  return texts.join(' ')
}

function partText(part: Part): string {
  return typeof part === 'string' ? part : part.json
}

const messageNames: { readonly [type: string]: string } = {
  LEADER_CHANGE: 'LeaderChange:',
  SNAPSHOT_HEADER: 'SnapshotHeader',
  SNAPSHOT_FOOTER: 'SnapshotFooter',
  KRAFT_VERSION: 'KRaftVersion',
  KRAFT_VOTERS: 'KRaftVoters',
}

function controlText(control: ControlEntry): string {
  if ('message' in control) return ` ${messageNames[control.type]} ${control.message.json}`
  if ('id' in control) return ` controlType: ${control.type}(${control.id})`
  return ` endTxnMarker: ${control.type} coordinatorEpoch: ${control.coordinatorEpoch}`
}

function producerText(entry: Entry & { kind: 'producer' }): string {
  const open = entry.currentTxnFirstOffset < 0n ? null : entry.currentTxnFirstOffset
  const head = `producerId: ${entry.producerId} producerEpoch: ${entry.epoch} coordinatorEpoch: ${entry.coordinatorEpoch} currentTxnFirstOffset: ${optional(open)} lastTimestamp: ${entry.timestamp}`
  // A producer whose last act was a marker has no batch that another one could repeat.
  if (entry.lastOffset < 0n) return `${head}\n`
  const firstSequence = decrementSequence(entry.lastSequence, entry.offsetDelta)
  return `${head} firstSequence: ${firstSequence} lastSequence: ${entry.lastSequence} lastOffset: ${entry.lastOffset} offsetDelta: ${entry.offsetDelta} timestamp: ${entry.timestamp}\n`
}
