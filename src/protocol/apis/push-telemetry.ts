import { api, boolean, bytes, defaulted, int8, int16, int32, uuid } from '../schema.ts'

/** Client metrics (KIP-714). */
export const pushTelemetry = api({
  key: 72,
  name: 'PushTelemetry',
  versions: [0, 0],
  flexible: 0,
  request: {
    clientInstanceId: uuid,
    subscriptionId: int32,
    terminating: boolean,
    compressionType: int8,
    metrics: bytes,
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
  },
})
