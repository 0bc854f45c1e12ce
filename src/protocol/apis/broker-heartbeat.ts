import {
  api,
  array,
  boolean,
  defaulted,
  int16,
  int32,
  int64,
  nullable,
  tagged,
  uuid,
} from '../schema.ts'

/** A broker says it is alive and asks to be unfenced or to stop (KIP-631). */
export const brokerHeartbeat = api({
  key: 63,
  name: 'BrokerHeartbeat',
  versions: [0, 2],
  flexible: 0,
  listeners: ['controller'],
  clusterAction: true,
  request: {
    brokerId: int32,
    brokerEpoch: defaulted(int64, -1n),
    currentMetadataOffset: int64,
    wantFence: boolean,
    wantShutDown: boolean,
    offlineLogDirs: tagged(0, 1, array(uuid)),
    cordonedLogDirs: tagged(1, 2, nullable(array(uuid)), null),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    isCaughtUp: boolean,
    isFenced: defaulted(boolean, true),
    shouldShutDown: boolean,
  },
})
