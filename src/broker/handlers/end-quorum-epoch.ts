import { endQuorumEpoch } from '../../protocol/apis/end-quorum-epoch.ts'
import { handler } from '../handler.ts'
import { serveEndEpoch } from '../quorum/served.ts'

export default handler(endQuorumEpoch, ({ quorum }, request) => serveEndEpoch(quorum, request))
