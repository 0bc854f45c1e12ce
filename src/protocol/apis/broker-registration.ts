import {
  api,
  array,
  boolean,
  defaulted,
  ignorable,
  int16,
  int32,
  int64,
  nullableString,
  since,
  string,
  struct,
  uint16,
  uuid,
} from '../schema.ts'

/**
 * A broker joins the cluster (KIP-631); v2: log directories (KIP-858); v4: cordoned ones
 * (KIP-1066).
 */
export const brokerRegistration = api({
  key: 62,
  name: 'BrokerRegistration',
  versions: [0, 4],
  flexible: 0,
  listeners: ['controller'],
  clusterAction: true,
  request: {
    brokerId: int32,
    clusterId: string,
    incarnationId: uuid,
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
    rack: nullableString,
    isMigratingZkBroker: since(1, boolean),
    logDirs: ignorable(since(2, array(uuid))),
    previousBrokerEpoch: ignorable(since(3, int64, -1n)),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    brokerEpoch: defaulted(int64, -1n),
  },
})
