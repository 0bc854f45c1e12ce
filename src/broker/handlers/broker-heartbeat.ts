import { brokerHeartbeat } from '../../protocol/apis/broker-heartbeat.ts'
import { decided } from './forwarded.ts'

export default decided(brokerHeartbeat, {
  throttleTimeMs: 0,
  errorCode: 0,
  isCaughtUp: false,
  isFenced: true,
  shouldShutDown: false,
})
