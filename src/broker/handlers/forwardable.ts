/** What may stand in an Envelope: the commands of clients. */
import { commandApis } from '../../metadata/commands.ts'
import { addRaftVoter } from '../../protocol/apis/add-raft-voter.ts'
import { describeQuorum } from '../../protocol/apis/describe-quorum.ts'
import { removeRaftVoter } from '../../protocol/apis/remove-raft-voter.ts'
import type { AnyApi } from '../../protocol/schema.ts'

export const forwardable: ReadonlyMap<number, AnyApi> = new Map(
  [...commandApis, addRaftVoter, describeQuorum, removeRaftVoter]
    .filter(({ listeners }) => listeners.includes('broker'))
    .map((api) => [api.key, api]),
)
