import { enter } from '../enter.ts'
import { dumpLog } from './dump-log.ts'

void enter(dumpLog)
