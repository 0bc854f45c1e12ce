import { enter } from '../enter.ts'
import { featuresTool } from './features.ts'

void enter(featuresTool)
