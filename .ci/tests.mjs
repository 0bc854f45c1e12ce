// Runs the README's test command and says how it went in one line: "N passed, N failed".
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

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
  const said = (message = '') =>
    message
      .replaceAll(/\x1b\[[0-9;]*m/g, '')
      .split('\n')
      .filter((line) => !line.includes('node_modules'))
      .slice(0, 20)
      .join('\n  ')
      .slice(0, 2000)
  for (const { name, message, assertionResults } of result.testResults) {
    const file = relative(process.cwd(), name)
    if (broken.some((each) => each.name === name)) console.log(`FAILED: ${file}\n  ${said(message)}`)
    for (const { status, fullName, failureMessages } of assertionResults) {
      // What passed and has a failure was tried again.
      if (failureMessages.length === 0) continue
      const verdict = status === 'failed' ? 'FAILED' : 'ONLY AT THE SECOND TRY'
      console.log(`${verdict}: ${file}: ${fullName}\n  ${said(failureMessages[0])}`)
    }
  }
  if (result.numPendingTests > 0) console.log(`${result.numPendingTests} skipped, each with its reason above`)
  console.log(`${result.numPassedTests} passed, ${failed} failed`)
  process.exitCode = status === 0 && failed === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
