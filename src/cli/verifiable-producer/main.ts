import { enter } from '../enter.ts'
import { verifiableProducer } from './verifiable-producer.ts'

void enter(verifiableProducer)
