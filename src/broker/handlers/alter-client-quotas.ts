import { alterClientQuotas } from '../../protocol/apis/alter-client-quotas.ts'
import { forwarded } from './forwarded.ts'

export default forwarded(alterClientQuotas)
