import { KafkaError } from '../../protocol/errors.ts'
import type { SupportedVersions } from '../../protocol/versions.ts'
import type { Cluster } from '../cluster.ts'
import { done, failed, type Result } from '../result.ts'
import { describeCluster, type Node } from './cluster.ts'

export type BrokerVersions = {
  readonly node: Node & { readonly isFenced: boolean }
  readonly versions: Result<SupportedVersions>
}

/** What each broker speaks, or why it cannot be asked. */
export async function brokerVersions(cluster: Cluster): Promise<BrokerVersions[]> {
  const { nodes } = await describeCluster(cluster)
  await cluster.refresh()
  return Promise.all(
    nodes.map(async (node) => ({ node, versions: await versionsOf(cluster, node.id) })),
  )
}

async function versionsOf(cluster: Cluster, id: number): Promise<Result<SupportedVersions>> {
  try {
    return done((await cluster.broker(id)).supported)
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    return failed(error)
  }
}
