import { uuidFrom } from '../base/uuid.ts'
import { DirectoryLocked } from '../host/directory-lock.ts'
import type { Random } from '../host/random.ts'
import { KafkaError } from '../protocol/errors.ts'
import type { LogDirectory } from './log-directory.ts'
import { attempt } from './partition-folders.ts'
import {
  checkDistinct,
  checkIdentity,
  checkMetadataPlace,
  checkUnclaimed,
} from './whose-directories.ts'

/** Locks the directories, reads whose they are and claims the fresh ones; returns the cluster that they belong to. */
export function openDirectories(
  directories: readonly LogDirectory[],
  { clusterId, nodeId, random, metadata }: OpenOptions,
): string {
  for (const directory of directories) openDirectory(directory)
  const online = directories.filter((directory) => directory.online)
  const known = online.map(({ identity }) => identity?.clusterId).find(Boolean)
  const ours = known ?? clusterId ?? uuidFrom(random)
  for (const directory of online) {
    checkIdentity(directory, { clusterId: clusterId ?? ours, nodeId })
    attempt(directory, () => {
      checkUnclaimed(directory)
      checkMetadataPlace(directory, metadata)
    })
  }
  checkDistinct(online)
  for (const directory of online) {
    attempt(directory, () => {
      directory.claim({ clusterId: ours, nodeId })
      directory.takeMarks()
    })
  }
  return ours
}

interface OpenOptions {
  readonly clusterId: string | null
  readonly nodeId: number
  readonly random: Random
  /** The one among them that has the metadata log. */
  readonly metadata: LogDirectory
}

function openDirectory(directory: LogDirectory): void {
  try {
    directory.open()
  } catch (error) {
    if (error instanceof DirectoryLocked) {
      throw new KafkaError('KAFKA_STORAGE_ERROR', error.message, { cause: error })
    }
    if (error instanceof KafkaError) throw error
    directory.failed(error, { final: true })
  }
}
