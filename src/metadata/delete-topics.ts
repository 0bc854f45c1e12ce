/** DeleteTopics, by name or by id (KIP-516). */
import { zeroUuid } from '../base/uuid.ts'
import type { deleteTopics } from '../protocol/apis/delete-topics.ts'
import type { RequestOf, SentResponseOf } from '../protocol/schema.ts'
import { brokerConfigs, remember, type Turn } from './controller.ts'
import { type Fault, fault, noFault } from './faults.ts'

type Request = RequestOf<typeof deleteTopics>
type Response = SentResponseOf<typeof deleteTopics>
type Answer = Response['responses'][number]

interface Asked {
  readonly name: string | null
  readonly topicId: string
  /** How often it stands in the request. */
  times: number
}

export function removeTopics(turn: Turn, request: Request): Response {
  const asked = distinct(request)
  if (!brokerConfigs(turn).get('delete.topic.enable')) {
    return answerOf(asked.map((each) => refusal(each, fault('TOPIC_DELETION_DISABLED'))))
  }
  const ids = new Set(asked.filter(({ name }) => name === null).map(({ topicId }) => topicId))
  const names = new Set(asked.filter(({ topicId }) => topicId === zeroUuid).map(({ name }) => name))
  return answerOf(asked.flatMap((each) => removeTopic(turn, each, { ids, names })))
}

function distinct({ topics, topicNames }: Request): Asked[] {
  const named = topicNames.map((name) => ({ name, topicId: zeroUuid }))
  const found = new Map<string, Asked>()
  for (const { name, topicId } of [...topics, ...named]) {
    const key = JSON.stringify([name, topicId])
    const known = found.get(key)
    if (known === undefined) found.set(key, { name, topicId, times: 1 })
    else known.times++
  }
  return [...found.values()]
}

/** One answer, or none where the entry that names the same topic in the other way has it. */
function removeTopic(
  turn: Turn,
  asked: Asked,
  { ids, names }: { ids: ReadonlySet<string>; names: ReadonlySet<string | null> },
): Answer[] {
  const refused = formFault(asked)
  if (refused !== null) return [refusal(asked, refused)]
  const { topicsByName, topicsById } = turn.image
  const byName = asked.name !== null
  const topic = byName ? topicsByName.get(asked.name) : topicsById.get(asked.topicId)
  if (topic === undefined) {
    return [refusal(asked, fault(byName ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'UNKNOWN_TOPIC_ID'))]
  }
  const { name, id: topicId } = topic
  if (!byName && names.has(name)) return []
  if (byName && ids.has(topicId)) {
    const message = 'The provided topic name maps to an ID that was already supplied.'
    return [{ name, topicId, ...fault('INVALID_REQUEST', message) }]
  }
  remember(turn, 'removeTopic', 0, { topicId })
  return [{ name, topicId, ...noFault }]
}

function formFault({ name, topicId, times }: Asked): Fault | null {
  const invalid = (message: string) => fault('INVALID_REQUEST', message)
  if (name === null && topicId === zeroUuid) {
    return invalid('Neither topic name nor id were specified.')
  }
  if (name !== null && topicId !== zeroUuid) {
    return invalid('You may not specify both topic name and topic id.')
  }
  if (times === 1) return null
  return invalid(name === null ? 'Duplicate topic id.' : 'Duplicate topic name.')
}

const refusal = ({ name, topicId }: Asked, why: Fault): Answer => ({ name, topicId, ...why })

const answerOf = (responses: Response['responses']): Response => ({ throttleTimeMs: 0, responses })
