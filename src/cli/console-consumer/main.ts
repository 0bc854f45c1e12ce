import { enter } from '../enter.ts'
import { consoleConsumer } from './console-consumer.ts'

void enter(consoleConsumer)
