/** The recorded sessions that docs/differences.md tells to come out otherwise on Jackdaw's broker. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from './project.ts'

let read: RegExp[] | undefined

/** Whether the table names this session (`tool/slug`). */
export function isExcused(name: string): boolean {
  read ??= sessionsIn(readFileSync(join(projectRoot, 'docs', 'differences.md'), 'utf8'))
  return read.some((session) => session.test(name))
}

function sessionsIn(page: string): RegExp[] {
  return [...page.matchAll(/^\| `([\w/*-]+)` \| Jackdaw's broker \|/gm)].map(
    ([, session]) => new RegExp(`^${session!.replaceAll('*', '[^/]*')}$`),
  )
}
