import { enter } from '../enter.ts'
import { metadataQuorum } from './metadata-quorum.ts'

void enter(metadataQuorum)
