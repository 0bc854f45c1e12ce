/** Formats log directories for nodes that are to form a quorum together, as Kafka's `storage format --initial-controllers` does. */
import type { Clock } from '../../host/clock.ts'
import type { Disk } from '../../host/disk.ts'
import { formatMetaProperties, metaPropertiesFile } from '../../log/directory-files.ts'
import { diskFiles } from './disk-files.ts'
import { formatted, formatVoters, kraftVersions } from './format.ts'
import { socketVoterEndpoint } from './places.ts'

export interface FreshNode {
  readonly id: number
  readonly directory: string
  readonly directoryId: string
}

/** True for a directory that belongs to a node already. */
export function isFormatted(disk: Disk, directory: string): boolean {
  return disk.stat(`${directory}/${metaPropertiesFile}`) !== null
}

/** The nodes listen on unix sockets; the log names them by the ports at which they would listen (docs/formats.md). */
export function formatTogether(
  { disk, clock }: { disk: Disk; clock: Clock },
  nodes: readonly FreshNode[],
  clusterId: string,
): void {
  const voters = nodes.map(({ id, directoryId }) => ({
    id,
    directoryId,
    endpoints: [socketVoterEndpoint(id)],
    kraftVersion: kraftVersions,
  }))
  const now = clock.now()
  for (const { id, directory, directoryId } of nodes) {
    const metadata = `${directory}/__cluster_metadata-0`
    disk.makeDirectory(metadata)
    formatted(diskFiles(disk, directory), now)
    formatVoters(diskFiles(disk, metadata), voters, now)
    const text = formatMetaProperties({ clusterId, nodeId: id, directoryId }, new Date(now))
    diskFiles(disk, directory).replace(metaPropertiesFile, Buffer.from(text))
  }
}
