import { Chalk } from 'chalk'
import { expect, test } from 'vitest'
import { fittingColumns } from '../../../src/cli/output/columns.ts'
import { cutLine, tableText } from '../../../src/cli/output/table.ts'

const colour = new Chalk({ level: 0 })
const head = ['TOPIC', 'LAG']
const name = 'a-topic-with-a-name-of-forty-characters.'

test.each([
  { width: 80, lines: [`TOPIC${' '.repeat(37)}LAG`, `${name}    7`], why: 'it fits' },
  { width: 45, lines: [`TOPIC${' '.repeat(37)}LAG`, `${name}    7`], why: 'just so' },
  {
    width: 30,
    lines: [`TOPIC${' '.repeat(22)}LAG`, `${name.slice(0, 25)}    7`, name.slice(25)],
    why: 'a long name goes on below',
  },
])('a table on $width columns: $why', ({ width, lines }) => {
  expect(written(width)).toEqual(lines)
})

test('between words where there are some, and with its title whole', () => {
  const rows = [['7', 'the offset is not within the range', colour.red('no')]]
  const aligns = ['right', 'left', 'left'] as const
  expect(tableText(['BEGINS AT', '', 'X'], rows, { aligns, colour, width: 36 })).toBe(
    [
      'BEGINS AT                     X',
      '        7  the offset is not  no',
      '           within the range',
      '',
    ].join('\n'),
  )
})

test('where not even the titles stand beside each other, a line for each cell', () => {
  const rows = [
    ['orders', '0', '', '17'],
    ['payments', '1', 'c-1', '4'],
  ]
  const aligns = ['left', 'right', 'left', 'right'] as const
  const text = tableText(['TOPIC', 'PARTITION', 'CONSUMER', 'LAG'], rows, {
    ...{ aligns, colour },
    width: 30,
  })
  expect(text).toBe(
    [
      ...['TOPIC      orders', 'PARTITION  0', 'LAG        17', ''],
      ...['TOPIC      payments', 'PARTITION  1', 'CONSUMER   c-1', 'LAG        4', ''],
    ].join('\n'),
  )
})

test.each([
  { width: 80, lines: ['ID  PLACE       SIZE', ' 1  /some/path  7 B'], why: 'all of them' },
  { width: 12, lines: ['ID  SIZE', ' 1  7 B'], why: 'without what is missed least' },
  { width: 3, lines: ['ID', ' 1'], why: 'without more' },
])('columns on $width columns: $why', ({ width, lines }) => {
  const rows = [
    ['ID', 'PLACE', 'SIZE'],
    ['1', '/some/path', '7 B'],
  ]
  const text = fittingColumns(rows, { width, expendable: ['PLACE', 'SIZE'] })
  expect(text.trimEnd().split('\n')).toEqual(lines)
})

test.each([1, 5, 12])('nothing is lost where there are only %i columns', (width) => {
  const characters = (text: string) => [...text].filter((each) => /\S/.test(each)).sort()
  expect(characters(written(width).join(''))).toEqual(characters(`TOPICLAG${name}7`))
})

function written(width: number): string[] {
  const text = tableText(head, [[name, '7']], { aligns: ['left', 'right'], colour, width })
  return text.trimEnd().split('\n')
}

test.each([
  { line: 'short', width: 5, cut: 'short', why: 'it fits' },
  { line: 'longer', width: 5, cut: 'long…', why: 'it does not' },
  {
    line: '\u001b[1mab\u001b[22mcdef',
    width: 4,
    cut: '\u001b[1mab\u001b[22mc…',
    why: 'colours take no room',
  },
  {
    line: 'abcd\u001b[1mef\u001b[22m',
    width: 4,
    cut: 'abc…\u001b[1m\u001b[22m',
    why: 'colours end',
  },
  {
    line: 'abc\u001b[1mdef\u001b[22m',
    width: 4,
    cut: 'abc\u001b[1m\u001b[22m',
    why: 'cut at a colour',
  },
])('a line cut to $width: $why', ({ line, width, cut }) => {
  expect(cutLine(line, width)).toBe(cut)
})
