import type { LogContext } from './context.ts'
import type { LeaderEpochs } from './leader-epochs.ts'
import type { LogConfig } from './log-config.ts'
import type { ProducerState } from './producers/producer-state.ts'
import type { SegmentStore } from './segment-store.ts'

/** What the loader found. */
export interface LogParts {
  readonly topic: string
  readonly partition: number
  readonly topicId: string
  readonly context: LogContext
  readonly config: LogConfig
  readonly store: SegmentStore
  readonly epochs: LeaderEpochs
  readonly producers: ProducerState
  readonly logStartOffset: bigint
  readonly logEndOffset: bigint
  readonly highWatermark: bigint
  readonly recoveryPoint: bigint
}
