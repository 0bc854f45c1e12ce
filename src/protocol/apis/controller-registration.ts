import {
  api,
  array,
  boolean,
  defaulted,
  int16,
  int32,
  nullableString,
  string,
  struct,
  uint16,
  uuid,
} from '../schema.ts'

/** A controller tells its endpoints and features (KIP-919). */
export const controllerRegistration = api({
  key: 70,
  name: 'ControllerRegistration',
  versions: [0, 0],
  flexible: 0,
  listeners: ['controller'],
  request: {
    controllerId: int32,
    incarnationId: uuid,
    zkMigrationReady: boolean,
    listeners: array(
      struct({
        name: string,
        host: string,
        port: uint16,
        securityProtocol: int16,
      }),
    ),
    features: array(
      struct({
        name: string,
        minSupportedVersion: int16,
        maxSupportedVersion: int16,
      }),
    ),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    errorMessage: nullableString,
  },
})
