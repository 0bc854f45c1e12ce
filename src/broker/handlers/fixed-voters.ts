import { code } from '../../protocol/errors.ts'
import type { Broker } from '../broker.ts'

/** The voters stand in the properties file, as with Kafka at kraft.version 0: nobody is added or removed (KIP-853). */
export function fixedVoters(
  { clusterId }: Broker,
  request: { clusterId: string | null },
  attempted: 'adding' | 'removing',
) {
  const isOther = request.clusterId !== null && request.clusterId !== clusterId
  return {
    throttleTimeMs: 0,
    errorCode: code(isOther ? 'INCONSISTENT_CLUSTER_ID' : 'UNSUPPORTED_VERSION'),
    errorMessage: isOther
      ? `The given id "${request.clusterId}" doesn't match the cluster id "${clusterId}"`
      : `Cluster doesn't support ${attempted} voter because the kraft.version feature is 0`,
  }
}
