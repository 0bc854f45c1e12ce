import { enter } from '../enter.ts'
import { endToEndLatency } from './e2e-latency.ts'

void enter(endToEndLatency)
