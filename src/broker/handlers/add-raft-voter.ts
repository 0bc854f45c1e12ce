import { addRaftVoter } from '../../protocol/apis/add-raft-voter.ts'
import { forwarded } from './forwarded.ts'

export default forwarded(addRaftVoter)
