import { describeCluster } from '../protocol/apis/describe-cluster.ts'
import type { Connection } from '../wire/connection.ts'
import type { MetadataAnswer } from './metadata-cache.ts'
import { ensureNone } from './result.ts'

/** What DescribeCluster asks for, since its version 1. */
export const endpointTypes = { broker: 1, controller: 2 } as const

/** The controllers of the quorum, in the form in which brokers tell of themselves. */
export async function controllersOf(connection: Connection): Promise<MetadataAnswer> {
  const answer = await connection.call(describeCluster, {
    includeClusterAuthorizedOperations: false,
    endpointType: endpointTypes.controller,
  })
  ensureNone(answer.errorCode, answer.errorMessage)
  return {
    throttleTimeMs: 0,
    errorCode: 0,
    clusterId: answer.clusterId,
    controllerId: answer.controllerId,
    clusterAuthorizedOperations: answer.clusterAuthorizedOperations,
    brokers: answer.brokers.map(({ brokerId, host, port, rack }) => ({
      nodeId: brokerId,
      host,
      port,
      rack,
    })),
    topics: [],
  }
}
