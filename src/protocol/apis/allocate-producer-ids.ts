import { api, defaulted, int16, int32, int64 } from '../schema.ts'

/** A broker asks the controller for a block of producer ids (KIP-730). */
export const allocateProducerIds = api({
  key: 67,
  name: 'AllocateProducerIds',
  versions: [0, 0],
  flexible: 0,
  listeners: ['controller'],
  clusterAction: true,
  forwardable: true,
  request: {
    brokerId: int32,
    brokerEpoch: defaulted(int64, -1n),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    producerIdStart: int64,
    producerIdLen: int32,
  },
})
