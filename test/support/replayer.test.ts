import { expect, test } from 'vitest'
import { replay, type Tools } from './replayer.ts'
import { parseTranscript } from './transcript.ts'

/** Each time that it runs it says how often it has run. */
const counting: Tools = () => ({
  command: process.execPath,
  args: [
    '-e',
    `const fs = require('fs'); fs.appendFileSync('runs', '.'); console.log(fs.readFileSync('runs').length)`,
  ],
})

const nobody = { bootstrap: '', startBroker: async () => {}, stopBroker: async () => {} }
const played = (command: string, isReadLate: boolean) =>
  replay(parseTranscript(Buffer.from(`$ ${command}\n> 3\n`)), counting, { ...nobody, isReadLate })

test('what only reads is asked again where a cluster answers late', async () => {
  expect(await played('kafka-configs --describe --topic a', true)).toEqual([])
})

test.each([
  { command: 'kafka-configs --alter --topic a', isReadLate: true, why: 'it changes something' },
  { command: 'kafka-topics --list', isReadLate: false, why: 'the cluster is never late' },
])('$command is played once: $why', async ({ command, isReadLate }) => {
  expect(await played(command, isReadLate)).toMatchObject([{ line: 1, what: command }])
})
