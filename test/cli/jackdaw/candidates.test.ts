import { expect, test } from 'vitest'
import { declarationOf } from '../../../src/cli/declarations.ts'
import { candidatesOf, fitting } from '../../../src/cli/jackdaw/completion/candidates.ts'
import type { ToolDeclaration } from '../../../src/cli/options/declare.ts'

const consumer = await declarationOf('console-consumer')
const producer = await declarationOf('console-producer')

test.each([
  [['--topic', ''], 'topic'],
  [['--topic', 'or'], 'topic'],
  [['--command-config', ''], 'file'],
] as const)('%j completes a %s', (words, kind) => {
  expect(candidatesOf(consumer, words)).toEqual({ kind })
})

test.each([
  [
    ['--isolation-level', ''],
    ['read_committed', 'read_uncommitted'],
  ],
  [['--isolation-level=read_c'], ['--isolation-level=read_committed']],
  [['--max-m'], ['--max-messages']],
  // A free text: nobody knows how it goes on.
  [['--max-messages', ''], []],
  // What was given once is not offered again, unless it is made to be repeated.
  [['--topic', 'orders', '--top'], []],
  [['--formatter-property', 'print.key=true', '--formatter-p'], ['--formatter-property']],
  // Names that Kafka gives up are not offered.
  [['--consumer.c'], []],
])('%j completes %j', (words, expected) => {
  expect(wordsOf(consumer, words)).toEqual(expected)
})

test('what is written in one word with its option is offered in one word', () => {
  expect(candidatesOf(consumer, ['--topic=or'])).toEqual({ kind: 'topic', prefix: '--topic=' })
})

test('an argument that may be left out is offered beside the options', () => {
  expect(wordsOf(producer, ['--compression-codec', 'z'])).toEqual(['zstd'])
  expect(wordsOf(producer, ['--compression-codec', '--sy'])).toEqual(['--sync'])
})

function wordsOf(tool: ToolDeclaration, words: readonly string[]): string[] {
  const found = candidatesOf(tool, words)
  if (found.kind !== 'words') throw new Error(`${found.kind} is no list of words`)
  return fitting(found.words, words.at(-1)!).map(({ text }) => text)
}
