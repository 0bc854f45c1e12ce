import { describeCluster } from '../../protocol/apis/describe-cluster.ts'
import { vote } from '../../protocol/apis/vote.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'
import { clusterOperations, notAsked } from './authorized-operations.ts'

const endpointNames = new Map([
  [1, 'BROKER'],
  [2, 'CONTROLLER'],
])

/** On the brokers' listeners it tells of brokers, on the quorum's of controllers (KIP-919). */
export default handler(describeCluster, (broker, request, call) => {
  const { clusterId } = broker
  // Votes are cast on the quorum's own listener alone.
  const own = call.served.has(vote.key) ? 'CONTROLLER' : 'BROKER'
  const wanted = endpointNames.get(request.endpointType)
  if (wanted !== own) {
    return {
      errorCode: code(
        wanted === undefined ? 'UNSUPPORTED_ENDPOINT_TYPE' : 'MISMATCHED_ENDPOINT_TYPE',
      ),
      errorMessage:
        wanted === undefined
          ? `Unsupported endpoint type ${request.endpointType}`
          : `The request was sent to an endpoint of type ${own}, but we wanted an endpoint of type ${wanted}`,
      clusterId: '',
      brokers: [],
    }
  }
  if (own === 'CONTROLLER') {
    const { leaderId, image } = broker.quorum
    return {
      errorCode: 0,
      errorMessage: null,
      endpointType: request.endpointType,
      clusterId,
      controllerId: leaderId,
      brokers: [...image.controllers.values()].flatMap(({ id, endpoints }) =>
        endpoints
          .filter(({ name }) => name === call.listener)
          .map(({ host, port }) => ({ brokerId: id, host, port, rack: null })),
      ),
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
