import { expect, test } from 'vitest'
import { rewritten } from './recorder.ts'

const said = (stdout: string, stderr = '', code = 0) => ({
  code,
  stdout: Buffer.from(stdout),
  stderr: Buffer.from(stderr),
  timedOut: false,
})

test('an answer is written under its command, before what comes next', () => {
  const text = '# title: a\n\n$ kafka-topics --list\n\n& c $ kafka-groups\n< in\n\n@kill c INT\n'
  const answers = new Map([
    [3, said('one\n')],
    [8, said('', 'gone\n', 130)],
  ])
  expect(rewritten(text, answers)).toBe(
    '# title: a\n\n$ kafka-topics --list\n> one\n\n& c $ kafka-groups\n< in\n\n@kill c INT\n! gone\n[130]\n',
  )
})

test('an answer that stood there gives way, and others stay', () => {
  const text = '$ kafka-topics --list\n> old\n! old\n[1]\n\n$ kafka-topics --list\n> kept <uuid>\n'
  expect(rewritten(text, new Map([[1, said('new\n')]]))).toBe(
    '$ kafka-topics --list\n> new\n\n$ kafka-topics --list\n> kept <uuid>\n',
  )
})

test.each([
  { line: '[2026-01-02 03:04:05,678] ERROR x', shown: '[<log-time>] ERROR x', why: 'a time' },
  { line: 'at 127.0.0.1:12345', shown: 'at <host:port>', why: 'an address' },
  { line: 'id 6cTz1bWbQ8mIxQF1mJk0Ww', shown: 'id <uuid>', why: 'an id' },
  { line: 'log.message.timestamp.type', shown: 'log.message.timestamp.type', why: 'no id' },
  { line: 'a 1700000000000 b', shown: 'a <timestamp> b', why: 'a time in milliseconds' },
  { line: 'a < b', shown: 'a \\< b', why: 'what would begin a placeholder' },
  { line: 'blank ', shown: 'blank \\', why: 'a blank at the end' },
])('$why: $line', ({ line, shown }) => {
  expect(rewritten('$ x\n', new Map([[1, said(`${line}\n`)]]))).toBe(`$ x\n> ${shown}\n`)
})

test('stacks and help are not kept, but that they were there', () => {
  const stderr = 'E: x\n\tat a.b\n\tat c.d\nCaused by: y\nOption   Description\n------\n--a  b\n'
  expect(rewritten('$ x\n', new Map([[1, said('', stderr, 1)]]))).toBe(
    '$ x\n! E: x\n! <stack>\n! <help>\n[1]\n',
  )
})
