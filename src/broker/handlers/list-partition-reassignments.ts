import { listPartitionReassignments } from '../../protocol/apis/list-partition-reassignments.ts'
import { forwarded } from './forwarded.ts'

export default forwarded(listPartitionReassignments)
