import { beginQuorumEpoch } from '../../protocol/apis/begin-quorum-epoch.ts'
import { handler } from '../handler.ts'
import { serveBeginEpoch } from '../quorum/served.ts'

export default handler(beginQuorumEpoch, ({ quorum }, request) => serveBeginEpoch(quorum, request))
