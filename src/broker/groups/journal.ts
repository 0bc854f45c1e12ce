/** The journal of the group coordinator: what Kafka has as `__consumer_offsets`. */
import { compressionOf } from '../../protocol/batch/compression/codecs.ts'
import type { Broker } from '../broker.ts'
import { offsetsTopic } from '../internal-topics.ts'
import { type CoordinatorJournal, coordinatorJournal } from '../journal.ts'

type Journalist = Pick<Broker, 'replicas' | 'clock' | 'settings'>

export const groupJournal = (broker: Journalist): CoordinatorJournal =>
  coordinatorJournal(broker, {
    topic: offsetsTopic,
    baseSequence: 0,
    compression: compressionOf(broker.settings.get('offsets.topic.compression.codec')),
  })
