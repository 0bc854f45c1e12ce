import { enter } from '../enter.ts'
import { transactionsTool } from './transactions.ts'

void enter(transactionsTool)
