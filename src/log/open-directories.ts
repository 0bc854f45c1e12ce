import { uuidFrom } from '../base/uuid.ts'
import { DirectoryLocked } from '../host/directory-lock.ts'
import type { Random } from '../host/random.ts'
import { KafkaError } from '../protocol/errors.ts'
import { checkIdentity, type LogDirectory } from './log-directory.ts'
import { attempt } from './partition-folders.ts'

/** Locks the directories, reads whose they are and claims the fresh ones; returns the cluster that they belong to. */
export function openDirectories(
  directories: readonly LogDirectory[],
  { clusterId, nodeId, random }: { clusterId: string | null; nodeId: number; random: Random },
): string {
  for (const directory of directories) openDirectory(directory)
  const online = directories.filter((directory) => directory.online)
  const known = online.map(({ identity }) => identity?.clusterId).find(Boolean)
  const ours = known ?? clusterId ?? uuidFrom(random)
  for (const directory of online) {
    checkIdentity(directory, { clusterId: clusterId ?? ours, nodeId })
  }
  for (const directory of online) {
    attempt(directory, () => {
      directory.claim({ clusterId: ours, nodeId })
      directory.takeMarks()
    })
  }
  return ours
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
