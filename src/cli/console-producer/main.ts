import { enter } from '../enter.ts'
import { consoleProducer } from './console-producer.ts'

void enter(consoleProducer)
