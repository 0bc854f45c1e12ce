/** DeleteTopics, by name or by id (KIP-516). */
import { zeroUuid } from '../base/uuid.ts'
import type { deleteTopics } from '../protocol/apis/delete-topics.ts'
import type { RequestOf, SentResponseOf } from '../protocol/schema.ts'
import { brokerConfigs, remember, type Turn } from './controller.ts'
import { type Fault, fault, noFault } from './faults.ts'

type Request = RequestOf<typeof deleteTopics>
type Response = SentResponseOf<typeof deleteTopics>
type Asked = { name: string | null; topicId: string }

export function removeTopics(turn: Turn, request: Request): Response {
  const asked: Asked[] =
    request.topics.length > 0
      ? request.topics
      : request.topicNames.map((name) => ({ name, topicId: zeroUuid }))
  if (!brokerConfigs(turn).get('delete.topic.enable')) {
    return answerOf(asked.map((each) => ({ ...each, ...fault('TOPIC_DELETION_DISABLED') })))
  }
  const twice = { names: repeated(asked.map(({ name }) => name)), ids: repeated(idsOf(asked)) }
  const byName = new Set(asked.map(({ name }) => name).filter((name) => name !== null))
  return answerOf(
    asked.map((each) => {
      const topic =
        each.name !== null
          ? turn.image.topicsByName.get(each.name)
          : turn.image.topicsById.get(each.topicId)
      const refused = faultOf(each, topic !== undefined, twice)
      if (refused !== null) return { ...each, ...refused }
      // Named twice, once by its id: the name's entry deletes it.
      if (each.name === null && byName.has(topic!.name)) {
        const message = 'The provided topic name maps to an ID that was already supplied.'
        return { ...each, ...fault('INVALID_REQUEST', message) }
      }
      remember(turn, 'removeTopic', 0, { topicId: topic!.id })
      return { name: topic!.name, topicId: topic!.id, ...noFault }
    }),
  )
}

function faultOf(
  { name, topicId }: Asked,
  exists: boolean,
  twice: { names: Set<string | null>; ids: Set<string | null> },
): Fault | null {
  if (name === null && topicId === zeroUuid) {
    return fault('INVALID_REQUEST', 'Neither topic name nor id were specified.')
  }
  if (name !== null && topicId !== zeroUuid) {
    return fault('INVALID_REQUEST', 'You may not specify both topic name and topic id.')
  }
  if (name !== null && twice.names.has(name))
    return fault('INVALID_REQUEST', 'Duplicate topic name.')
  if (name === null && twice.ids.has(topicId))
    return fault('INVALID_REQUEST', 'Duplicate topic id.')
  if (exists) return null
  return fault(name === null ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION')
}

const idsOf = (asked: readonly Asked[]) =>
  asked.map(({ topicId }) => (topicId === zeroUuid ? null : topicId))

function repeated(list: readonly (string | null)[]): Set<string | null> {
  return new Set(list.filter((each, i) => each !== null && list.indexOf(each) !== i))
}

const answerOf = (responses: Response['responses']): Response => ({ throttleTimeMs: 0, responses })
