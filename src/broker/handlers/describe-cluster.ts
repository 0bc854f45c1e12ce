import { describeCluster } from '../../protocol/apis/describe-cluster.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'
import { clusterOperations, notAsked } from './authorized-operations.ts'

const brokerEndpoints = 1
const controllerEndpoints = 2

export default handler(describeCluster, (broker, request, call) => {
  const { clusterId } = broker
  const { endpointType } = request
  if (endpointType !== brokerEndpoints) {
    const mismatched = endpointType === controllerEndpoints
    return {
      errorCode: code(mismatched ? 'MISMATCHED_ENDPOINT_TYPE' : 'UNSUPPORTED_ENDPOINT_TYPE'),
      errorMessage: mismatched
        ? 'The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER'
        : `Unsupported endpoint type ${endpointType}`,
      clusterId: '',
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
