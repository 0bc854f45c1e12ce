import type { Clock } from '../host/clock.ts'
import type { Disk } from '../host/disk.ts'
import type { Random } from '../host/random.ts'
import type { KafkaError } from '../protocol/errors.ts'
import type { DamagedRecords } from './damage.ts'
import type { FlushRounds } from './flush-rounds.ts'
import type { OpenFiles } from './open-files.ts'

/** Who is told what happened; a pino logger is one. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** What the partitions of one log directory share. */
export interface LogContext {
  readonly disk: Disk
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly files: OpenFiles
  readonly rounds: FlushRounds
  /** producer.id.expiration.ms */
  readonly producerIdExpirationMs: () => number
  /** Why nothing may be written here any more; null while the directory is well. */
  readonly offline: () => KafkaError | null
  /**
   * The disk failed: the whole directory goes offline (KIP-112). Returns what to throw. A full disk is let pass unless it is
   * `final`, that is, something is half done: the append is refused, and the next one may find room. What is no failure
   * of the disk is thrown on.
   */
  readonly failed: (error: unknown, options?: { final: boolean }) => KafkaError
  /** Says where something cannot be read, once. `failed` does so too. */
  readonly damaged: (damage: DamagedRecords) => void
  /**
   * Before a log is cut at the offset: no checkpoint may lie behind it, or what is written there next would not be read after a crash.
   * Throws KAFKA_STORAGE_ERROR, and then nothing may be cut.
   */
  readonly lowerCheckpoints: (logName: string, offset: bigint) => void
  /** Removes files (not their folder) after a while, in the background. */
  readonly removeLater: (paths: readonly string[], delayMs: number) => void
}
