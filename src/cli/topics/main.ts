import { enter } from '../enter.ts'
import { topics } from './topics.ts'

void enter(topics)
