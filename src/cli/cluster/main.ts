import { enter } from '../enter.ts'
import { clusterTool } from './cluster.ts'

void enter(clusterTool)
