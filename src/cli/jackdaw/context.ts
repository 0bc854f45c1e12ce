import { ClusterError, type ClusterHost } from '../../cluster/brokers.ts'
import { findHome, type Home } from '../../cluster/home.ts'
import { systemClock } from '../../host/clock.ts'
import { systemDisk } from '../../host/disk.ts'
import { systemProcesses } from '../../host/processes.ts'
import { systemRandom } from '../../host/random.ts'
import type { Machine } from '../machine.ts'

/** What every verb of `jackdaw` needs: the machine, and the cluster that is meant. */
export interface Context {
  readonly machine: Machine
  readonly host: ClusterHost
  readonly home: Home
}

export const clusterHost: ClusterHost = {
  clock: systemClock,
  random: systemRandom,
  disk: systemDisk,
  processes: systemProcesses,
}

export function context(machine: Machine, { home }: { home?: string | undefined }): Context {
  // A variable of a script that was never set must not stand for the folder that we are in.
  if (home === '') throw new ClusterError('--home takes a folder')
  return { machine, host: clusterHost, home: findHome(home, machine.env) }
}
