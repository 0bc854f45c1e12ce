/** The quorum-state file, a JSON text (KIP-595, 853). */
import {
  array,
  defaulted,
  int32,
  int64,
  message,
  nullable,
  since,
  string,
  struct,
  until,
  uuid,
} from '../schema.ts'

export const quorumStateData = message({
  name: 'QuorumStateData',
  versions: [0, 1],
  flexible: 0,
  fields: {
    clusterId: until(0, string),
    leaderId: defaulted(int32, -1),
    leaderEpoch: defaulted(int32, -1),
    votedId: defaulted(int32, -1),
    appliedOffset: until(0, int64),
    currentVoters: until(
      0,
      nullable(
        array(
          struct({
            voterId: int32,
          }),
        ),
      ),
    ),
    votedDirectoryId: since(1, uuid),
  },
})
