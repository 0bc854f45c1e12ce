import { removeRaftVoter } from '../../protocol/apis/remove-raft-voter.ts'
import { handler } from '../handler.ts'
import { fixedVoters } from './fixed-voters.ts'

export default handler(removeRaftVoter, (broker, request) =>
  fixedVoters(broker, request, 'removing'),
)
