/**
 * The order in which Kafka's LogConfig declares a topic's configurations. Its broker answers in that order as far as anyone can
 * see: Java's clients keep the answer in a hash map, where it decides between names that fall into one bucket.
 */
const declared = [
  'segment.bytes',
  'segment.ms',
  'segment.jitter.ms',
  'segment.index.bytes',
  'flush.messages',
  'flush.ms',
  'retention.bytes',
  'retention.ms',
  'max.message.bytes',
  'index.interval.bytes',
  'delete.retention.ms',
  'min.compaction.lag.ms',
  'max.compaction.lag.ms',
  'file.delete.delay.ms',
  'min.cleanable.dirty.ratio',
  'cleanup.policy',
  'unclean.leader.election.enable',
  'min.insync.replicas',
  'compression.type',
]

export function inDeclaredOrder<T extends { readonly name: string }>(entries: readonly T[]): T[] {
  const place = ({ name }: T) => {
    const at = declared.indexOf(name)
    return at < 0 ? declared.length : at
  }
  return [...entries].sort((a, b) => place(a) - place(b))
}
