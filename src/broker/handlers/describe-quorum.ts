import { describeQuorum } from '../../protocol/apis/describe-quorum.ts'
import { forwarded } from './forwarded.ts'

export default forwarded(describeQuorum)
