import { enter } from '../enter.ts'
import { configs } from './configs.ts'

void enter(configs)
