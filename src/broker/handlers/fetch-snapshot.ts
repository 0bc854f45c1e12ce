import { fetchSnapshot } from '../../protocol/apis/fetch-snapshot.ts'
import { handler } from '../handler.ts'
import { serveFetchSnapshot } from '../quorum/served.ts'

export default handler(fetchSnapshot, ({ quorum }, request) => serveFetchSnapshot(quorum, request))
