import { brokerRegistration } from '../../protocol/apis/broker-registration.ts'
import { decided } from './forwarded.ts'

export default decided(brokerRegistration, { throttleTimeMs: 0, errorCode: 0 })
