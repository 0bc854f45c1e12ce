import { expect, test } from 'vitest'
import { parseChanges } from '../../src/cli/configs/changes.ts'
import { parseCredential } from '../../src/cli/configs/quotas.ts'

test.each([
  { text: 'a=1', changes: [['a', '1']], why: 'one' },
  {
    text: 'a=1,b=2',
    changes: [
      ['a', '1'],
      ['b', '2'],
    ],
    why: 'several by comma',
  },
  { text: 'a=', changes: [['a', '']], why: 'an empty value' },
  { text: ' a = 1 ', changes: [['a', '1']], why: 'blanks do not count' },
  {
    text: 'a=[1,2],b=3',
    changes: [
      ['a', '1,2'],
      ['b', '3'],
    ],
    why: 'brackets keep commas together',
  },
  { text: 'a=[b=1,c=2]', changes: [['a', 'b=1,c=2']], why: 'and equals signs' },
])('--add-config $text: $why', ({ text, changes }) => {
  expect(parseChanges(text)).toEqual(changes)
})

test.each(['a', 'a=1,b', 'a=1=2'])('--add-config %s is refused', (text) => {
  expect(() => parseChanges(text)).toThrow('all configs to be added must be in the format')
})

test.each([
  ['password=x', { iterations: 4096, password: 'x' }],
  ['iterations=8192,password=x', { iterations: 8192, password: 'x' }],
  ['iterations=-1,password=x', { iterations: 4096, password: 'x' }],
  ['password=a,b=c', { iterations: 4096, password: 'a,b=c' }],
])('SCRAM-SHA-256=[%s]', (text, credential) => {
  expect(parseCredential('SCRAM-SHA-256', text)).toEqual(credential)
})
