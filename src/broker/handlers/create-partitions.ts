import { createPartitions } from '../../protocol/apis/create-partitions.ts'
import { forwarded } from './forwarded.ts'

export default forwarded(createPartitions)
