import { enter } from '../enter.ts'
import { getOffsets } from './get-offsets.ts'

void enter(getOffsets)
