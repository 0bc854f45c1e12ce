/** What a node of the metadata quorum is made of. */
import type { Clock } from '../../host/clock.ts'
import type { Random } from '../../host/random.ts'
import type { BrokerConfigs } from '../../protocol/configs/effective.ts'
import type { Logger } from '../logger.ts'
import type { Registration } from './broker-lifecycle.ts'
import type { MetadataLog, Peers, QuorumFiles } from './doors.ts'

export interface QuorumOptions {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly log: MetadataLog
  /** Beside the log: quorum-state, snapshots. */
  readonly files: QuorumFiles
  /** The log directory itself: bootstrap.checkpoint. */
  readonly rootFiles: QuorumFiles
  readonly nodeId: number
  readonly clusterId: string
  readonly settings: () => BrokerConfigs
  /** Of the directory that holds the log; static voters are known without it. */
  readonly directoryId?: string
  /** Static voters by id; empty: this node alone. They count until the log names voters. */
  readonly voterIds: readonly number[]
  /** A fresh directory: who forms the quorum. `join`: it is there already, and is found through `bootstrapIds`. */
  readonly fresh?: 'static' | 'standalone' | 'join'
  /** Nodes that know who leads. */
  readonly bootstrapIds?: readonly number[]
  /** The first of `controller.listener.names`: where the quorum meets. */
  readonly listenerName?: string
  /** May vote if it is asked to, or asks itself (`controller.quorum.auto.join.enable`). */
  readonly isController?: boolean
  /** Its cluster is all on this machine, and nobody else looks after its voters. */
  readonly isLocal?: boolean
  /** `process.roles`: one that is none leads no partition and holds no replica. */
  readonly isBroker?: boolean
  readonly registration: Registration
  readonly peers?: Peers
  /** The node cannot keep its word any more and must stop. */
  readonly onFailure: (cause: Error) => void
}
