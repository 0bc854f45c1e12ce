import { unregisterBroker } from '../../protocol/apis/unregister-broker.ts'
import { forwarded } from './forwarded.ts'

export default forwarded(unregisterBroker)
