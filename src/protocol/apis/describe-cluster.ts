import {
  api,
  array,
  boolean,
  defaulted,
  int8,
  int16,
  int32,
  nullableString,
  since,
  string,
  struct,
} from '../schema.ts'

/**
 * Cluster id, controller and brokers (KIP-700); v1: controllers as endpoints (KIP-919); v2: fenced
 * brokers (KIP-1073).
 */
export const describeCluster = api({
  key: 60,
  name: 'DescribeCluster',
  versions: [0, 2],
  flexible: 0,
  listeners: ['broker', 'controller'],
  request: {
    includeClusterAuthorizedOperations: boolean,
    endpointType: since(1, int8, 1),
    includeFencedBrokers: since(2, boolean),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    errorMessage: defaulted(nullableString, null),
    endpointType: since(1, int8, 1),
    clusterId: string,
    controllerId: defaulted(int32, -1),
    brokers: array(
      struct({
        brokerId: int32,
        host: string,
        port: int32,
        rack: defaulted(nullableString, null),
        isFenced: since(2, boolean),
      }),
    ),
    clusterAuthorizedOperations: defaulted(int32, -2147483648),
  },
})
