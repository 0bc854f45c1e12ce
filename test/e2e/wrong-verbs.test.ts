/** The verbs of `jackdaw` with arguments and options that make no sense: each says so in words, and ends. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { jackdawCommand } from '../support/jackdaw.ts'
import { run } from '../support/processes.ts'

const wrong = ['', 'x', '-1', '99999999999999999999', '§ "']

/** Command lines that a wrong value ends. */
const lines: readonly (readonly string[])[] = [
  ...['start', 'stop', 'kill', 'pause', 'resume', 'remove-broker', 'logs', 'completion'].map(
    (verb) => [verb],
  ),
  ['doctor'],
  ['start', '--brokers'],
  ['start', '--override'],
  ['broker', '--config'],
  ['broker', '--override'],
  ['status', '--home'],
  ['consume', '--no-start'],
  ['produce', '--no-start'],
  ['nonsense'],
  ['complete'],
  ['status', '--json', '--watch', 'more'],
  ['add-broker'],
]

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wrong-verbs-'))
})
afterEach(async () => {
  await verb(['stop'])
  rmSync(folder, { recursive: true, force: true })
})

test.each(lines.map((line) => ({ line, text: line.join(' ') })))(
  'jackdaw $text',
  { timeout: 120_000 },
  async ({ line }) => {
    for (const value of wrong) {
      const words = [...line, value]
      const { code, stdout, stderr, timedOut } = await verb(words)
      const text = `${stdout}${stderr}`
      const shown = `jackdaw ${JSON.stringify(words)}: ${text}`
      expect(timedOut, shown).toBe(false)
      // What is no error may be silent.
      if (code !== 0) expect(text.trim(), shown).not.toBe('')
      expect(text, shown).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m)
      expect(text, shown).not.toMatch(
        /\bundefined\b|\[object |\b(?:Type|Range|Reference|Syntax)Error\b|\bNaN\b/,
      )
    }
  },
)

// Its own home, whatever --home says.
function verb(words: readonly string[]) {
  const env = {
    HOME: folder,
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_STATE_HOME: join(folder, 'state'),
    JACKDAW_HOME: join(folder, 'jackdaw'),
  }
  return run(jackdawCommand('jackdaw', words, env)!, { timeoutMs: 60_000 })
}
