/** Whether Kafka's own tool has anything to say against the files of a directory. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { runApacheTool } from './apache.ts'

/** Kafka's own tool finds nothing wrong in any file; that offsets begin above 0 or were compacted away is no fault. */
export async function expectFlawless(data: string, { filesMin = 20 } = {}): Promise<void> {
  const files = readdirSync(data, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(log|index|timeindex|txnindex|snapshot|checkpoint)$/.test(name))
    // What waits for its removal is left as it was when it was in use.
    .filter((name) => !name.includes('-delete/'))
    .map((name) => join(data, name))
    .sort()
  expect(files.length).toBeGreaterThan(filesMin)
  const dumped = await runApacheTool('kafka-dump-log', [
    '--deep-iteration',
    '--files',
    files.join(','),
  ])
  expect(complaints(String(dumped.stdout) + String(dumped.stderr))).toEqual([])
  expect(dumped.code).toBe(0)
  const indexes = files.filter((name) => /index$/.test(name) && !name.endsWith('.txnindex'))
  const checked = await runApacheTool('kafka-dump-log', [
    '--index-sanity-check',
    '--files',
    indexes.join(','),
  ])
  expect({ code: checked.code, stderr: String(checked.stderr) }).toEqual({ code: 0, stderr: '' })
}

const wrong =
  /isvalid: false|invalid bytes|Exception|Ignoring|failed schema|ismatch|out of order|not found/

/** With the line after each, which tells more. Of a batch that compaction has emptied the tool looks for the time in vain. */
function complaints(said: string): string[] {
  const lines = said.split('\n')
  return lines
    .flatMap((line, i) => (wrong.test(line) ? [`${line} | ${lines[i + 1]}`] : []))
    .filter((each) => !/\/compacted-0\/.*, log timestamp: -1$/.test(each))
}
