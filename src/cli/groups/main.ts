import { enter } from '../enter.ts'
import { groups } from './groups.ts'

void enter(groups)
