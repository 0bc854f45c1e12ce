import { alterPartitionReassignments } from '../../protocol/apis/alter-partition-reassignments.ts'
import { forwarded } from './forwarded.ts'

export default forwarded(alterPartitionReassignments)
