import { enter } from '../enter.ts'
import { producerPerfTest } from './producer-perf-test.ts'

void enter(producerPerfTest)
