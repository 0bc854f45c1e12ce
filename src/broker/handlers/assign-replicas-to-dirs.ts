import { assignReplicasToDirs } from '../../protocol/apis/assign-replicas-to-dirs.ts'
import { decided } from './forwarded.ts'

export default decided(assignReplicasToDirs, { throttleTimeMs: 0, errorCode: 0, directories: [] })
