import { describeCluster } from '../../protocol/apis/describe-cluster.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'
import { clusterOperations, notAsked } from './authorized-operations.ts'

const brokerEndpoints = 1

export default handler(describeCluster, (broker, request, call) => {
  const { clusterId } = broker
  if (request.endpointType !== brokerEndpoints) {
    return {
      errorCode: code('MISMATCHED_ENDPOINT_TYPE'),
      errorMessage:
        'The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER',
      clusterId,
      brokers: [],
    }
  }
  const alive = broker.aliveBrokers(call.listener).map((each) => ({ ...each, isFenced: false }))
  const fenced = request.includeFencedBrokers ? broker.fencedBrokers(call.listener) : []
  const brokers = [...alive, ...fenced.map((each) => ({ ...each, isFenced: true }))]
  const leads = alive.some(({ id }) => id === broker.quorum.leaderId)
  return {
    errorCode: 0,
    errorMessage: null,
    clusterId,
    controllerId: leads ? broker.quorum.leaderId : broker.id,
    brokers: brokers.map(({ id, host, port, rack, isFenced }) => ({
      brokerId: id,
      host,
      port,
      rack,
      isFenced,
    })),
    clusterAuthorizedOperations: request.includeClusterAuthorizedOperations
      ? clusterOperations
      : notAsked,
  }
})
