/**
 * Tells the controller in which log directory replicas lie, where the metadata have another or none (KIP-858): a broker chooses among
 * several, and one that comes back with a new disk has none of the old ones. Until then the controller lets no such replica lead.
 */
import { type Clock, pause } from '../host/clock.ts'
import type { LogManager } from '../log/log-manager.ts'
import { recordVersions } from '../metadata/features.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { assignReplicasToDirs } from '../protocol/apis/assign-replicas-to-dirs.ts'
import { errorName } from '../protocol/errors.ts'
import type { RequestOf } from '../protocol/schema.ts'
import type { Hosted } from './hosted.ts'
import type { Logger } from './logger.ts'
import type { MetadataQuorum } from './quorum.ts'

export interface DirectoryReportsOptions {
  readonly brokerId: number
  readonly clock: Clock
  readonly logger: Logger
  readonly logs: LogManager
  readonly hosted: () => Iterable<Hosted>
  readonly image: () => MetadataImage
  readonly quorum: () => MetadataQuorum
}

const gatherMs = 100
const retryMs = 500
/** Of one request, as Kafka has it. */
const replicasMax = 2250

type Directories = RequestOf<typeof assignReplicasToDirs>['directories']

export class DirectoryReports {
  readonly #options: DirectoryReportsOptions
  #isAsking = false
  #isOpen = false

  constructor(options: DirectoryReportsOptions) {
    this.#options = options
  }

  start(): void {
    this.#isOpen = true
    this.changed()
  }

  close(): void {
    this.#isOpen = false
  }

  /** Replicas have come to lie here. */
  changed(): void {
    if (this.#isOpen && recordVersions(this.#options.image()).directories) void this.#report()
  }

  /** The metadata have another directory, or none. */
  isMisplaced(hosted: Hosted): boolean {
    return this.#misplaced(hosted) !== null
  }

  /** Until nothing differs any more; the metadata bring what the controller has taken. */
  async #report(): Promise<void> {
    if (this.#isAsking) return
    this.#isAsking = true
    const { clock } = this.#options
    // Changes of many partitions come one after the other, and are looked at together.
    await pause(clock, gatherMs)
    for (let wrong = this.#wrong(); wrong.length > 0 && this.#isOpen; wrong = this.#wrong()) {
      await this.#tell(wrong)
      await pause(clock, retryMs)
    }
    this.#isAsking = false
  }

  async #tell(directories: Directories): Promise<void> {
    const { brokerId, quorum, logger } = this.#options
    const { brokerEpoch } = quorum()
    try {
      const asked = { brokerId, brokerEpoch, directories }
      const { errorCode } = await quorum().forward(assignReplicasToDirs, asked)
      if (errorCode !== 0) logger.warn({ error: errorName(errorCode) }, told)
    } catch (error) {
      logger.warn({ error }, told)
    }
  }

  /** Where it lies, if the metadata do not have it there. */
  #misplaced({ log, move }: Hosted): string | null {
    const { brokerId, logs, image } = this.#options
    const known = image().topicsById.get(log.topicId)?.partitions[log.partition]
    const place = known?.replicas.indexOf(brokerId) ?? -1
    if (known === undefined || place < 0) return null
    // Also of a directory that has failed: as long as the controller does not know that the replica lies there, it lets it lead.
    // Before a replica moves to another directory, the controller is to know.
    const directory = logs.directoryIdOf(move?.phase === 'told' ? move.future : log)
    return known.directories[place] === directory ? null : directory
  }

  #wrong(): Directories {
    const byDirectory = new Map<string, Map<string, { partitionIndex: number }[]>>()
    let count = 0
    for (const hosted of this.#options.hosted()) {
      const directory = count === replicasMax ? null : this.#misplaced(hosted)
      if (directory === null) continue
      const { log } = hosted
      count++
      const topics = byDirectory.get(directory) ?? new Map<string, { partitionIndex: number }[]>()
      byDirectory.set(directory, topics)
      const partitions = topics.get(log.topicId) ?? []
      topics.set(log.topicId, [...partitions, { partitionIndex: log.partition }])
    }
    return [...byDirectory].map(([id, topics]) => ({
      id,
      topics: [...topics].map(([topicId, partitions]) => ({ topicId, partitions })),
    }))
  }
}

const told = 'the controller does not take in which directories replicas lie'
