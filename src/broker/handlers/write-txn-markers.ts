import { writeTxnMarkers } from '../../protocol/apis/write-txn-markers.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'
import { writeMarker } from '../transactions/write-marker.ts'

export default handler(writeTxnMarkers, async (broker, request) => ({
  markers: await Promise.all(
    request.markers.map(async ({ transactionResult, topics, ...marker }) => ({
      producerId: marker.producerId,
      topics: await Promise.all(
        topics.map(async ({ name, partitionIndexes }) => ({
          name,
          partitions: await Promise.all(
            partitionIndexes.map(async (partitionIndex) => {
              const at = { topic: name, partition: partitionIndex }
              const error = await writeMarker(broker, { ...marker, commit: transactionResult }, at)
              return { partitionIndex, errorCode: code(error) }
            }),
          ),
        })),
      ),
    })),
  ),
}))
