/** What may stand in an Envelope: the commands of clients. */
import { commandApis } from '../../metadata/commands.ts'
import { describeQuorum } from '../../protocol/apis/describe-quorum.ts'
import type { AnyApi } from '../../protocol/schema.ts'

export const forwardable: ReadonlyMap<number, AnyApi> = new Map(
  [...commandApis, describeQuorum]
    .filter(({ listeners }) => listeners.includes('broker'))
    .map((api) => [api.key, api]),
)
