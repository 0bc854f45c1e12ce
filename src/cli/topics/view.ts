/** What `--describe` shows of a topic, whatever the form of the output. */
export type TopicView = {
  readonly name: string
  readonly topicId: string
  readonly replicationFactor: number
  readonly configs: readonly ConfigView[]
  readonly partitions: readonly PartitionView[]
}

/** A setting; `isDefault` where nobody has set it, at no level. */
export type ConfigView = {
  readonly name: string
  readonly value: string | null
  readonly isDefault: boolean
}

export type PartitionView = {
  readonly partition: number
  readonly leader: number | null
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  /** Null where the answer came from a request that does not tell. */
  readonly elr: readonly number[] | null
  readonly lastKnownElr: readonly number[] | null
  /** Absent unless replicas of this partition are being moved. */
  readonly reassignment?: {
    readonly adding: readonly number[]
    readonly removing: readonly number[]
  }
}

/** While replicas move there are more of them than the topic is to have. */
export function replicationFactorOf({ replicas, reassignment }: PartitionView): number {
  return replicas.length - (reassignment?.adding.length ?? 0)
}

export type Report = {
  readonly underReplicated: boolean
  readonly unavailable: boolean
  readonly underMinIsr: boolean
  readonly atMinIsr: boolean
  readonly overrides: boolean
}

export function showsHeaders(report: Report): boolean {
  const { underReplicated, unavailable, underMinIsr, atMinIsr } = report
  return !(underReplicated || unavailable || underMinIsr || atMinIsr)
}

/** The topics, and of each the partitions, that a report is about. */
export function reported(
  topics: readonly TopicView[],
  { report, liveBrokers }: { report: Report; liveBrokers: ReadonlySet<number> },
): TopicView[] {
  if (report.overrides) {
    return topics.filter(({ configs }) => configs.some(({ isDefault }) => !isDefault))
  }
  if (showsHeaders(report)) return [...topics]
  return topics.map((topic) => ({
    ...topic,
    partitions: topic.partitions.filter((partition) =>
      isReported(partition, minIsrOf(topic), { report, liveBrokers }),
    ),
  }))
}

function isReported(
  partition: PartitionView,
  minIsr: number,
  { report, liveBrokers }: { report: Report; liveBrokers: ReadonlySet<number> },
): boolean {
  const { leader, isr } = partition
  return (
    (report.underReplicated && replicationFactorOf(partition) > isr.length) ||
    (report.unavailable && (leader === null || !liveBrokers.has(leader))) ||
    (report.underMinIsr && (leader === null || isr.length < minIsr)) ||
    (report.atMinIsr && isr.length === minIsr)
  )
}

function minIsrOf({ configs }: TopicView): number {
  return Number(configs.find(({ name }) => name === 'min.insync.replicas')?.value ?? 1)
}
