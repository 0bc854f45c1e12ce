import { enter } from '../enter.ts'
import { consumerGroups } from './consumer-groups.ts'

void enter(consumerGroups)
