import { addRaftVoter } from '../../protocol/apis/add-raft-voter.ts'
import { handler } from '../handler.ts'
import { fixedVoters } from './fixed-voters.ts'

export default handler(addRaftVoter, (broker, request) => fixedVoters(broker, request, 'adding'))
