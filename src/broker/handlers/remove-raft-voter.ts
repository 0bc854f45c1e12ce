import { removeRaftVoter } from '../../protocol/apis/remove-raft-voter.ts'
import { forwarded } from './forwarded.ts'

export default forwarded(removeRaftVoter)
