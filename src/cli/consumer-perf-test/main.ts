import { enter } from '../enter.ts'
import { consumerPerfTest } from './consumer-perf-test.ts'

void enter(consumerPerfTest)
