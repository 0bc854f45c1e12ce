import { describe, expect, test } from 'vitest'
import { compareOutput, withoutClientWarnings } from './expected.ts'

const same = [
  { expected: [], actual: '', why: 'nothing is nothing' },
  { expected: ['a', 'b'], actual: 'a\nb\n', why: 'lines end with a newline' },
  { expected: ['a\\c'], actual: 'a', why: '\\c: no newline at the end of the stream' },
  { expected: ['Elr: \\'], actual: 'Elr: \n', why: 'a last backslash keeps blanks visible' },
  { expected: ['\\\\ \\x00 \\r \\<n>'], actual: '\\ \x00 \r <n>\n', why: 'escapes' },
  { expected: ['a.b*c (d) [e]'], actual: 'a.b*c (d) [e]\n', why: 'nothing else is special' },
  { expected: ['at <n>, <decimal>'], actual: 'at -12, 0.5\n', why: 'placeholders' },
  { expected: ['id: <uuid>'], actual: 'id: AbCdEfGhIjKlMnOpQrSt-_\n', why: 'base64 ids' },
  { expected: ['(<host:port>)'], actual: '(127.0.0.1:9092)\n', why: 'a colon inside a name' },
  { expected: ['<any-order:a, b, c>.'], actual: 'c, a, b.\n', why: 'sets in any order' },
  {
    expected: ['<uuid:x> <uuid:x>'],
    actual: `${'a'.repeat(22)} ${'a'.repeat(22)}\n`,
    why: 'named',
  },
  { expected: ['x', '<stack>'], actual: 'x\n', why: 'a stack trace may be missing' },
  {
    expected: ['x', '<stack>', 'y'],
    actual: 'x\n\tat a.b(C.java:1)\nCaused by: z\n\t... 3 more\ny\n',
    why: 'a stack trace may be long',
  },
  { expected: ['<help>', 'end'], actual: 'one\n\ntwo\nend\n', why: 'help has any number of lines' },
  { expected: ['<help>'], actual: 'one\ntwo', why: 'help may lack its last newline' },
]

const different = [
  { expected: ['a'], actual: 'a', why: 'the newline is missing' },
  { expected: ['a'], actual: 'a\nb\n', why: 'a line too much' },
  { expected: ['a', 'b'], actual: 'a\n', why: 'a line too few' },
  { expected: ['a.b'], actual: 'axb\n', why: 'a dot is a dot' },
  { expected: [], actual: '\n', why: 'an empty line is a line' },
  { expected: ['a'], actual: 'a \n', why: 'a blank at the end' },
  { expected: ['<any-order:a, b>'], actual: 'a, a\n', why: 'an item twice' },
  { expected: ['<any-order:a, b>'], actual: 'a\n', why: 'an item too few' },
  {
    expected: ['<uuid:x> <uuid:x>'],
    actual: `${'a'.repeat(22)} ${'b'.repeat(22)}\n`,
    why: 'two values under one name',
  },
  { expected: ['<help>'], actual: '', why: 'help is at least a line' },
]

describe('output of a transcript', () => {
  test.each(same)('is the same: $why', ({ expected, actual }) => {
    expect(compareOutput(expected, actual, new Map())).toBeNull()
  })

  test.each(different)('differs: $why', ({ expected, actual }) => {
    expect(compareOutput(expected, actual, new Map())).not.toBeNull()
  })

  test('a name keeps its value over several outputs', () => {
    const bindings = new Map<string, string>()
    expect(compareOutput(['<n:id>'], '42\n', bindings)).toBeNull()
    expect(compareOutput(['again <n:id>'], 'again 42\n', bindings)).toBeNull()
    expect(compareOutput(['again <n:id>'], 'again 43\n', bindings)).not.toBeNull()
  })

  test('lines in any order pair up, however general the first one is', () => {
    const lines = ['<any>', 'a <n>', 'a 1']
    const unordered = { unordered: true }
    expect(compareOutput(lines, 'a 1\na 2\nb\n', new Map(), unordered)).toBeNull()
    expect(compareOutput(lines, 'a 1\na 1\na 1\n', new Map(), unordered)).toBeNull()
    expect(compareOutput(lines, 'a 2\na 2\na 2\n', new Map(), unordered)).not.toBeNull()
    expect(compareOutput(lines, 'a 1\na 2\n', new Map(), unordered)).not.toBeNull()
  })

  test('an unknown placeholder is a mistake of the transcript', () => {
    expect(() => compareOutput(['<nonsense>'], '', new Map())).toThrow(/no placeholder/)
  })

  test("the Java client's warnings are dropped, the tools' own words are not", () => {
    const time = '[2026-01-02 03:04:05,678]'
    const stderr = [
      `${time} WARN [Producer clientId=p] Connection refused. (org.apache.kafka.clients.NetworkClient)`,
      `${time} WARN two`,
      'lines (org.apache.kafka.common.network.Selector)',
      `${time} WARN kept (org.apache.kafka.tools.TopicCommand)`,
      `${time} ERROR kept (org.apache.kafka.clients.admin.X)`,
      'java.lang.Exception: kept',
      '',
    ]
    expect(withoutClientWarnings(stderr.join('\n'))).toBe(stderr.slice(3).join('\n'))
  })
})
