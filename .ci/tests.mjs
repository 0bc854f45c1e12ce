// Runs the README's test command and says how it went in one line: "N passed, N failed".
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'tests-'))
const file = join(folder, 'result.json')
try {
  const { status } = spawnSync(
    'npm',
    ['test', '--', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
    { stdio: 'inherit' },
  )
  const result = JSON.parse(readFileSync(file, 'utf8'))
  // A file that cannot be loaded has no tests that could fail.
  const broken = result.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.every(({ status }) => status !== 'failed'),
  )
  const failed = result.numFailedTests + broken.length
  if (result.numPendingTests > 0) console.log(`${result.numPendingTests} skipped, each with its reason above`)
  console.log(`${result.numPassedTests} passed, ${failed} failed`)
  process.exitCode = status === 0 && failed === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
