import { api, bytes, defaulted, int16, nullable } from '../schema.ts'

/** Carries a client's request from a broker to the controller (KIP-590). */
export const envelope = api({
  key: 58,
  name: 'Envelope',
  versions: [0, 0],
  flexible: 0,
  listeners: ['controller'],
  clusterAction: true,
  request: {
    requestData: bytes,
    requestPrincipal: nullable(bytes),
    clientHostAddress: bytes,
  },
  response: {
    responseData: defaulted(nullable(bytes), null),
    errorCode: int16,
  },
})
