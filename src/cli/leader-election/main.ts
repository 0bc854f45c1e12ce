import { enter } from '../enter.ts'
import { leaderElection } from './leader-election.ts'

void enter(leaderElection)
