import { enter } from '../enter.ts'
import { logDirs } from './log-dirs.ts'

void enter(logDirs)
