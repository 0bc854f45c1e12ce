/** A person's shell: commands of `bin/` by their names, with a Jackdaw home of its own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Status } from '../support/jackdaw.ts'
import { type Finished, type Running, run, type StartOptions, start } from '../support/processes.ts'
import { projectRoot } from '../support/project.ts'

export type Said = { code: number; stdout: string; stderr: string }

export type Session = {
  home: string
  folder: string
  env: Record<string, string>
  /** Runs a line as `sh` does, from the session's own folder. */
  sh(line: string, timeoutMs?: number): Promise<Said>
  /** Asks until stdout is as it should be; answers with it. */
  until(line: string, ready: (stdout: string) => boolean): Promise<string>
  start(line: string, options?: StartOptions): Running
  status(): Promise<Status>
  end(): Promise<void>
}

const patienceMs = 60_000

export function newSession(): Session {
  const folder = mkdtempSync(join(tmpdir(), 'jackdaw-session-'))
  const home = join(folder, 'home')
  const env = {
    JACKDAW_HOME: home,
    PATH: `${join(projectRoot, 'bin')}${delimiter}${process.env.PATH}`,
    // In the tools' own words, not in the runner's.
    NODE_OPTIONS: '',
  }
  const command = (line: string) => ({ command: 'sh', args: ['-c', line], env, cwd: folder })
  const sh = async (line: string, timeoutMs = 60_000) =>
    said(await run(command(line), { timeoutMs }))
  return {
    home,
    folder,
    env,
    sh,
    async until(line, ready) {
      const deadline = performance.now() + patienceMs
      for (;;) {
        const { stdout, stderr } = await sh(line)
        if (ready(stdout)) return stdout
        if (performance.now() > deadline) throw new Error(`${line} still says:\n${stdout}${stderr}`)
      }
    },
    start: (line, options) => start(command(line), options),
    status: async () => JSON.parse((await sh('jackdaw status --json')).stdout),
    async end() {
      await sh('jackdaw stop')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function said({ code, stdout, stderr }: Finished): Said {
  return { code, stdout: stdout.toString(), stderr: stderr.toString() }
}
