import type { Cluster } from '../../client/cluster.ts'
import { partitionKey, type TopicPartition } from '../../client/topic-partition.ts'
import type { Machine } from '../machine.ts'
import type { Options } from '../options/options.ts'
import type { Form } from '../output/form.ts'

/** What an action works with. */
export type Run = { options: Options; cluster: Cluster; machine: Machine; form: Form }

export const placeOf = ({ topic, partition }: TopicPartition) => ({ topic, partition })
export const nameOf = ({ topic, partition }: TopicPartition) => partitionKey(topic, partition)
