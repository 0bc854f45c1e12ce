/** How a node begins: who it is, what its cluster was formatted with, and who votes until its log says so. */
import { zeroUuid } from '../../base/uuid.ts'
import type { MetadataRecord } from '../../metadata/records.ts'
import type { Voter, VoterSet } from '../../raft/voters.ts'
import { formatted, formatVoters, kraftVersions } from './format.ts'
import type { QuorumOptions } from './options.ts'
import { voterEndpoint } from './places.ts'
import { staticVoterIds } from './quorum-state.ts'
import { staticVoters } from './raft-options.ts'
import { snapshotsIn } from './snapshots.ts'

export interface Found {
  /** This node, as a voters record would name it. */
  readonly own: Voter
  readonly bootstrap: readonly MetadataRecord[]
  readonly configured: VoterSet
}

/** Formats a directory that was never used. */
export function found(options: QuorumOptions): Found {
  const { log, files, rootFiles, clock, nodeId, directoryId = zeroUuid, registration } = options
  const endpoints = registration.controllerEndpoints.map(({ name, host, port }) =>
    voterEndpoint(nodeId, { name, host, port }),
  )
  const own = { id: nodeId, directoryId, endpoints, kraftVersion: kraftVersions }
  const { bootstrap, fresh } = formatted(rootFiles, clock.now())
  const isEmpty = fresh && log.logEndOffset === 0n && snapshotsIn(files).length === 0
  if (isEmpty && options.fresh === 'standalone') formatVoters(files, [own], clock.now())
  const alone = options.fresh === 'join' ? [] : [nodeId]
  const known = options.voterIds.length > 0 ? options.voterIds : staticVoterIds(files)
  return { own, bootstrap, configured: staticVoters(known.length > 0 ? known : alone) }
}
