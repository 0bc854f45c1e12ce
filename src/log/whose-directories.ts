/** What is looked at before anything is written: all log directories must belong to the same node of the same cluster, or to nobody. */
import { KafkaError } from '../protocol/errors.ts'
import { metaPropertiesFile } from './directory-files.ts'
import type { LogDirectory } from './log-directory.ts'
import { logSuffix, metadataTopic } from './names.ts'

const metadataFolder = `${metadataTopic}-0`

export function checkIdentity(
  directory: LogDirectory,
  { clusterId, nodeId }: { clusterId: string | null; nodeId: number },
): void {
  const { identity } = directory
  if (identity === null) return
  const file = `${directory.path}/${metaPropertiesFile}`
  if (identity.nodeId !== nodeId) {
    throw new KafkaError(
      'INCONSISTENT_CLUSTER_ID',
      `${file} says that the directory belongs to node ${identity.nodeId}, but this is node ${nodeId}: give node.id=${identity.nodeId}, or another directory in log.dirs`,
    )
  }
  if (clusterId !== null && identity.clusterId !== clusterId) {
    throw new KafkaError(
      'INCONSISTENT_CLUSTER_ID',
      `${file} says that the directory belongs to the cluster ${identity.clusterId}, not to ${clusterId}: give another directory in log.dirs`,
    )
  }
}

/** One that says of nobody whose it is must hold nothing: what it holds would be taken for strays, and renamed. */
export function checkUnclaimed({ identity, context: { disk }, path }: LogDirectory): void {
  if (identity !== null) return
  const folder = disk
    .list(path)
    .find(({ name, isDirectory }) => isDirectory && isSomebodys(name, `${path}/${name}`))
  if (folder === undefined) return
  throw new KafkaError(
    'KAFKA_STORAGE_ERROR',
    `${path} holds the folder ${folder.name}, but no ${metaPropertiesFile} that says whose it is: put that file back, or give an empty directory in log.dirs`,
  )

  function isSomebodys(name: string, folder: string): boolean {
    // A format that was stopped half way made this one, and no log in it.
    const isHalfMade =
      name === metadataFolder && !disk.names(folder).some((each) => each.endsWith(logSuffix))
    return name !== 'lost+found' && !isHalfMade
  }
}

/** The metadata says of each replica in which directory it lies. */
export function checkDistinct(directories: readonly LogDirectory[]): void {
  const paths = new Map<string, string>()
  for (const { id, path } of directories) {
    const other = paths.get(id)
    if (id !== '' && other !== undefined) {
      throw new KafkaError(
        'KAFKA_STORAGE_ERROR',
        `${other}/${metaPropertiesFile} and ${path}/${metaPropertiesFile} have the same directory.id ${id}, so that one is a copy of the other: take the copy out of log.dirs`,
      )
    }
    paths.set(id, path)
  }
}

/** Without it the broker would begin a cluster anew, and know none of its topics. */
export function checkMetadataPlace(directory: LogDirectory, metadata: LogDirectory): void {
  const folder = `${directory.path}/${metadataFolder}`
  if (directory === metadata || directory.context.disk.stat(folder) === null) return
  throw new KafkaError(
    'KAFKA_STORAGE_ERROR',
    `${folder} lies where no metadata log should be, which is ${metadata.path}: give metadata.log.dir=${directory.path} if it is the one that counts, else move it away`,
  )
}
