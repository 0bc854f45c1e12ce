import { chmodSync, existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { sharedFolder } from './vectors.ts'

/** The data directories that Apache Kafka wrote: `JACKDAW_SAMPLES` (that folder, or the one above it), else the shared ones. */
export const samplesFolder = dataDirs(process.env.JACKDAW_SAMPLES ?? join(sharedFolder, 'samples'))

function dataDirs(folder: string): string {
  const below = join(folder, 'data-dirs')
  return existsSync(below) ? below : folder
}

/** For a copy: the samples are read-only. */
export function makeWritable(folder: string): void {
  chmodSync(folder, 0o755)
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) makeWritable(path)
    else chmodSync(path, 0o644)
  }
}
