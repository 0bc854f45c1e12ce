import { expect, test } from 'vitest'
import { parseTranscript, splitWords, unescaped } from './transcript.ts'

test.each([
  { source: "a 'b c' d", words: ['a', 'b c', 'd'], why: 'quotes protect blanks' },
  { source: "--topic ''", words: ['--topic', ''], why: 'the empty word' },
  { source: "k='\t' x", words: ['k=\t', 'x'], why: 'a quote inside a word' },
  { source: '"a b" $c \\n', words: ['"a', 'b"', '$c', '\\n'], why: 'nothing else is special' },
  { source: "t '\\{3}x'", words: ['t', 'xxx'], why: 'repetition' },
])('words of a command: $why', ({ source, words }) => {
  expect(splitWords(source)).toEqual(words)
})

test.each([
  { line: 'a\\c', text: 'a', newline: false },
  { line: 'a \\', text: 'a ', newline: true },
  { line: '\\x00\\xff\\\\', text: '\x00\xff\\', newline: true },
  { line: '\\{5}a', text: 'aaaaa', newline: true },
  { line: 'a\\r', text: 'a\r', newline: true },
])('input $line', ({ line, text, newline }) => {
  expect(unescaped(line)).toEqual({ text, newline })
})

test('a transcript: head, foreground, background, files, brokers', () => {
  const { title, cluster, raw, fresh, steps } = parseTranscript(
    Buffer.from(
      [
        '# title: what it shows',
        '# cluster: 3',
        '# fresh',
        '# a comment',
        '',
        '@timeout 5',
        '@until ^x y$',
        '$ kafka-topics --list',
        '< in',
        '> out',
        '! err',
        '[1]',
        '& c $ kafka-console-consumer',
        '@await c a b',
        '@file f',
        '< content',
        '@broker-stop 2',
        '@kill c INT',
        '> bye',
        '[130]',
      ].join('\n'),
    ),
  )
  expect({ title, cluster, raw, fresh }).toEqual({
    title: 'what it shows',
    cluster: 3,
    raw: false,
    fresh: true,
  })
  expect(steps).toMatchObject([
    {
      kind: 'command',
      name: null,
      source: 'kafka-topics --list',
      stdin: 'in\n',
      expected: { stdout: ['out'], stderr: ['err'], code: 1 },
      modifiers: { timeoutSeconds: 5, until: '^x y$' },
    },
    { kind: 'command', name: 'c', modifiers: { timeoutSeconds: 60, until: null } },
    { kind: 'await', name: 'c', pattern: 'a b' },
    { kind: 'file', name: 'f', stdin: 'content\n' },
    { kind: 'broker-stop', id: 2 },
    { kind: 'kill', signal: 'SIGINT', expected: { stdout: ['bye'], stderr: [], code: 130 } },
  ])
})

test.each([
  { text: '> out', why: 'output before any command' },
  { text: '@nonsense', why: 'an unknown step' },
  { text: '$ a\n?', why: 'an unknown kind of line' },
])('refused with its line: $why', ({ text }) => {
  expect(() => parseTranscript(Buffer.from(text))).toThrow(/^line \d+: /)
})
