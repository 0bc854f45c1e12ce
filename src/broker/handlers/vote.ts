import { vote } from '../../protocol/apis/vote.ts'
import { handler } from '../handler.ts'
import { serveVote } from '../quorum/served.ts'

export default handler(vote, ({ quorum }, request) => serveVote(quorum, request))
