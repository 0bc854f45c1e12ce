import {
  api,
  array,
  defaulted,
  ignorable,
  int16,
  int32,
  nullable,
  nullableString,
  since,
  string,
  struct,
  until,
  uuid,
} from '../schema.ts'

/** Deletes topics by name or, from v6, by id (KIP-516). */
export const deleteTopics = api({
  key: 20,
  name: 'DeleteTopics',
  versions: [1, 6],
  flexible: 4,
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: {
    topicNames: ignorable(until(5, array(string))),
    topics: since(
      6,
      array(
        struct({
          name: defaulted(nullableString, null),
          topicId: uuid,
        }),
      ),
    ),
    timeoutMs: int32,
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    responses: array(
      struct({
        name: nullable(string, 6),
        topicId: ignorable(since(6, uuid)),
        errorCode: int16,
        errorMessage: ignorable(since(5, nullableString, null)),
      }),
    ),
  },
})
