import { enter } from '../enter.ts'
import { verifiableConsumer } from './verifiable-consumer.ts'

void enter(verifiableConsumer)
