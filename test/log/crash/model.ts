/** What a client was told, and so what has to be there after a crash. */

export interface Entry {
  readonly offset: bigint
  /** `key=value` of a record; of a marker its name. */
  readonly text: string
  readonly marker: boolean
  readonly transactional: boolean
}

/** One partition; a topic that is created again has a new one. */
export class PartitionModel {
  readonly topic: string
  readonly topicId: string
  readonly compacted: boolean
  /** Everything that was ever asked to be appended, in order; offsets count up from 0. */
  entries: Entry[] = []
  /** So many are acknowledged. */
  acknowledged = 0
  /** So many were acknowledged after a flush. */
  synced = 0
  /** Nothing below has to be there. */
  start = 0n
  /** A crash took the beginning of what was never synced: nobody knows what transactions were open there. */
  beheaded = false
  state: 'coming' | 'there' | 'going' | 'gone' = 'coming'

  constructor(topic: string, { topicId, compacted }: { topicId: string; compacted: boolean }) {
    this.topic = topic
    this.topicId = topicId
    this.compacted = compacted
  }

  /** The rest was compacted away, or lost before it was synced. */
  keepOnly(offsets: ReadonlySet<bigint>): void {
    this.entries = this.entries.map((entry) =>
      offsets.has(entry.offset) ? entry : { ...entry, text: '=' },
    )
  }

  promise(): Promise {
    const { entries, acknowledged, synced, start, state } = this
    return { model: this, entries, asked: entries.length, acknowledged, synced, start, state }
  }

  /** What was not synced may be gone, and a topic that was deleted may be back until it is deleted again. */
  lostPower(): void {
    this.acknowledged = this.synced
    if (this.state === 'gone') this.state = 'going'
  }

  /** After a crash. What was promised before it keeps its own list. */
  endAt(end: number): void {
    this.entries = this.entries.slice(0, end)
    this.acknowledged = end
    this.synced = Math.min(this.synced, end)
  }
}

/** The model at one moment; what is appended later is not meant. */
export interface Promise {
  readonly model: PartitionModel
  /** It goes on growing behind `asked`. */
  readonly entries: readonly Entry[]
  readonly asked: number
  readonly acknowledged: number
  readonly synced: number
  readonly start: bigint
  readonly state: PartitionModel['state']
}

/** The last value of every key; a tombstone is as good as nothing. */
export function stateOf(entries: Iterable<Entry>): Map<string, string> {
  const state = new Map<string, string>()
  for (const { text, marker } of entries) {
    if (marker) continue
    const at = text.indexOf('=')
    const [key, value] = [text.slice(0, at), text.slice(at + 1)]
    if (value === '') state.delete(key)
    else state.set(key, value)
  }
  return state
}
