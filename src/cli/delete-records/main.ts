import { enter } from '../enter.ts'
import { deleteRecordsTool } from './delete-records.ts'

void enter(deleteRecordsTool)
