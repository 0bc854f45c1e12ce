import { alterPartition } from '../../protocol/apis/alter-partition.ts'
import { decided } from './forwarded.ts'

export default decided(alterPartition, { throttleTimeMs: 0, errorCode: 0, topics: [] })
