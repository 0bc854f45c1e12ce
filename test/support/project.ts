import { accessSync, constants, mkdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of this project. */
export const projectRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** Where fetched and built things of the tests lie (git-ignored); the folder is made when it is first asked for. */
export function cacheFolder(...parts: string[]): string {
  const folder = join(projectRoot, '.cache', ...parts)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** The path of a command that the machine has, or null. */
export function which(command: string): string | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, command)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // The next folder may have it.
    }
  }
  return null
}

/** What a machine may lack: the thing itself, or the reason why it cannot be had. */
export type Available<T> = { ok: true; value: T } | { ok: false; reason: string }

/**
 * Whether things may be fetched that the tests can do without (Apache Kafka, client libraries). The plain test command uses what is there
 * already; `npm run transcripts`, `npm run clients` and CI set this.
 */
export function mayFetch(): boolean {
  return process.env.JACKDAW_FETCH === '1'
}

/** Why something is missing that could be fetched. */
export const notFetched = 'not fetched yet (JACKDAW_FETCH=1 fetches it)'
