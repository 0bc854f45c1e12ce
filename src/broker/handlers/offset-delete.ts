import { offsetDelete } from '../../protocol/apis/offset-delete.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'

export default handler(offsetDelete, async ({ groups }, { groupId, topics }) => {
  const outcome = await groups.ask(groupId, {
    kind: 'delete-offsets',
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => partitionIndex),
    })),
  })
  return {
    errorCode: code(outcome.error),
    topics: outcome.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partition, error }) => ({
        partitionIndex: partition,
        errorCode: code(error),
      })),
    })),
  }
})
