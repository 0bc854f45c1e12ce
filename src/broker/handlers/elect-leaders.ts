import { electLeaders } from '../../protocol/apis/elect-leaders.ts'
import { forwarded } from './forwarded.ts'

export default forwarded(electLeaders)
