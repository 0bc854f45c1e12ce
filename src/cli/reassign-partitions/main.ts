import { enter } from '../enter.ts'
import { reassignPartitions } from './reassign-partitions.ts'

void enter(reassignPartitions)
