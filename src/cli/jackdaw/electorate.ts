/** Brings the voters of a local cluster to what its brokers make right (src/cluster/voters.ts). */
import { updateFeatures } from '../../client/admin/features.ts'
import {
  addRaftVoter,
  describeQuorum,
  type Quorum,
  removeRaftVoter,
} from '../../client/admin/quorum.ts'
import type { Cluster } from '../../client/cluster.ts'
import { orThrow } from '../../client/result.ts'
import { ClusterError } from '../../cluster/brokers.ts'
import { voterListeners, voterSteps } from '../../cluster/voters.ts'

export interface Wanted {
  /** Brokers that run and are controllers too. */
  readonly controllers: readonly number[]
  readonly leaving?: number
}

/** Answers with who votes now, and whether that has changed. */
export async function settleVoters(
  cluster: Cluster,
  { controllers, leaving }: Wanted,
): Promise<{ voters: number[]; changed: boolean }> {
  const quorum = await describeQuorum(cluster)
  const voters = quorum.voters.map(({ id }) => id)
  const steps = voterSteps({
    voters,
    able: controllers,
    leaderId: quorum.leaderId,
    ...(leaving === undefined ? {} : { leaving }),
  })
  if (steps.length > 0 && quorum.voters.some(isStatic)) await makeDynamic(cluster)
  for (const { kind, id } of steps) {
    const key = keyOf(await describeQuorum(cluster), id)
    if (kind === 'remove') await removeRaftVoter(cluster, key)
    else await addRaftVoter(cluster, { ...key, endpoints: voterListeners(id) })
  }
  const now = steps.length === 0 ? quorum : await describeQuorum(cluster)
  return { voters: now.voters.map(({ id }) => id).sort((a, b) => a - b), changed: steps.length > 0 }
}

const isStatic = ({ directoryId }: { directoryId: string }): boolean => /^A+$/.test(directoryId)

/** Voters of the configuration become those of the log (KIP-853). */
async function makeDynamic(cluster: Cluster): Promise<void> {
  const level = new Map([['kraft.version', 1]])
  for (const result of (await updateFeatures(cluster, level, { type: 'upgrade' })).values()) {
    orThrow(result)
  }
}

function keyOf({ voters, observers }: Quorum, id: number): { id: number; directoryId: string } {
  const found = [...voters, ...observers].find((each) => each.id === id)
  if (found === undefined) {
    throw new ClusterError(`broker ${id} does not follow the metadata quorum yet; try again`)
  }
  return { id, directoryId: found.directoryId }
}
