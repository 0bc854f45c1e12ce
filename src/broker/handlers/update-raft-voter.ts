import { updateRaftVoter } from '../../protocol/apis/update-raft-voter.ts'
import { decided } from './forwarded.ts'

export default decided(updateRaftVoter, { throttleTimeMs: 0, errorCode: 0 })
