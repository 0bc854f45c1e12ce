import { describe, expect, test } from 'vitest'
import {
  DefaultFormatter,
  type Deserializers,
} from '../../../src/cli/console-consumer/formatters/default.ts'
import { deserializerOf } from '../../../src/cli/console-consumer/formatters/deserializers.ts'
import type { Formatter } from '../../../src/cli/console-consumer/formatters/formatter.ts'
import { jsonFormatter } from '../../../src/cli/console-consumer/formatters/json.ts'
import { javaText } from '../../../src/cli/java/errors.ts'
import { OutputBuffer } from '../../../src/cli/output/buffer.ts'
import { RecordCursor } from '../../../src/protocol/batch/cursor.ts'
import type { BatchFields } from '../../../src/protocol/batch/fields.ts'
import type { Header } from '../../../src/protocol/batch/headers.ts'
import { BatchWriter } from '../../../src/protocol/batch/writer.ts'

const all = ['timestamp', 'partition', 'offset', 'delivery', 'epoch', 'headers', 'key']
const everything = Object.fromEntries(all.map((name) => [`print.${name}`, 'true']))

test.each([
  { with: {}, text: 'v\n', why: 'the value alone' },
  { with: { 'print.key': 'true' }, text: 'k\tv\n', why: 'key first' },
  { with: { 'print.key': ' TRUE ', 'key.separator': '=' }, text: 'k=v\n', why: 'as one likes' },
  { with: { 'print.value': 'false' }, text: '', why: 'nothing at all' },
  { with: { 'print.value': 'false', 'print.key': 'true' }, text: 'k\n', why: 'the key alone' },
  { with: { 'line.separator': ';' }, text: 'v;', why: 'another end' },
  {
    with: everything,
    text: 'CreateTime:1005\tPartition:3\tOffset:40\tDelivery:NOT_PRESENT\tEpoch:NOT_PRESENT\th:1,n:null\tk\tv\n',
    why: 'everything, in a fixed order',
  },
  {
    with: { 'print.headers': 'true', 'headers.separator': '|', 'null.literal': 'nil' },
    text: 'h:1|n:nil\tv\n',
    why: 'headers as one likes',
  },
])('$with: $why', ({ with: properties, text }) => {
  expect(formatted(properties, { key: 'k', value: 'v', headers: true })).toBe(text)
})

test('null has a text of its own', () => {
  const properties = { 'print.key': 'true', 'print.headers': 'true' }
  expect(formatted(properties, { key: null, value: null })).toBe('NO_HEADERS\tnull\tnull\n')
  expect(formatted({ ...properties, 'null.literal': '' }, { key: null, value: null })).toBe(
    'NO_HEADERS\t\t\n',
  )
})

const kafka = (name: string) => `org.apache.kafka.common.serialization.${name}Deserializer`

test.each([
  { name: 'Long', hex: '0000000000000007', text: '7' },
  { name: 'Long', hex: 'ffffffffffffffff', text: '-1' },
  { name: 'Integer', hex: '00000100', text: '256' },
  { name: 'Short', hex: 'fffe', text: '-2' },
  { name: 'Double', hex: '3ff0000000000000', text: '1.0' },
  { name: 'Double', hex: '4341c37937e08000', text: '1.0E16' },
  { name: 'Float', hex: '3dcccccd', text: '0.1' },
  { name: 'Boolean', hex: '01', text: 'true' },
  { name: 'String', hex: 'c3a9', text: 'é' },
  { name: 'String', hex: 'ff', text: '\ufffd' },
  { name: 'Bytes', hex: '615c00ff', text: 'a\\x5C\\x00\\xFF' },
  {
    name: 'UUID',
    hex: Buffer.from('1-2-3-4-5').toString('hex'),
    text: '00000001-0002-0003-0004-000000000005',
  },
])('$name reads $hex as $text', ({ name, hex, text }) => {
  const read = deserializerOf(kafka(name), new Map(), 'value.deserializer')
  expect(read(Buffer.from(hex, 'hex'), 't')).toBe(text)
})

test.each([
  { name: kafka('Long'), fault: 'Size of data received by LongDeserializer is not 8' },
  { name: kafka('Integer'), fault: 'Size of data received by IntegerDeserializer is not 4' },
])('$fault', ({ name, fault }) => {
  const read = deserializerOf(name, new Map(), 'value.deserializer')
  expect(() => read(Buffer.from('abc'), 't')).toThrow(fault)
})

test.each([
  { encoding: 'US-ASCII', hex: '41e9', text: 'A\ufffd' },
  { encoding: 'ISO-8859-1', hex: '41e9', text: 'Aé' },
  { encoding: 'UTF-16', hex: '00410042', text: 'AB' },
  { encoding: 'UTF-16', hex: 'fffe41004200', text: 'AB' },
  { encoding: 'utf-16le', hex: '41004200', text: 'AB' },
  { encoding: 'windows-1251', hex: 'c0', text: 'А' },
])('$hex in $encoding is $text', ({ encoding, hex, text }) => {
  const properties = new Map([['value.deserializer.deserializer.encoding', encoding]])
  const read = deserializerOf(kafka('String'), properties, 'value.deserializer')
  expect(read(Buffer.from(hex, 'hex'), 't')).toBe(text)
})

test.each([
  { name: 'no.such.Class', fault: 'java.lang.ClassNotFoundException: no.such.Class' },
  { name: kafka('NoSuch'), fault: `java.lang.ClassNotFoundException: ${kafka('NoSuch')}` },
])('there is no $name', ({ name, fault }) => {
  try {
    deserializerOf(name, new Map(), 'value.deserializer')
    expect.unreachable()
  } catch (error) {
    expect(javaText(error)).toBe(fault)
  }
})

test('a null goes through the deserializer as the text that stands for it', () => {
  const value = deserializerOf(kafka('Long'), new Map(), 'value.deserializer')
  expect(() => formatted({}, { key: null, value: null }, { value })).toThrow('is not 8')
})

test('an output buffer grows with what it is given', () => {
  const out = new OutputBuffer()
  const big = Buffer.alloc(300_000, 'x')
  out.text('é')
  out.all(big)
  expect(out.take().toString()).toBe(`é${big}`)
  expect(out.length).toBe(0)
})

describe('as JSON', () => {
  const at = { topic: 't', partition: 3, offset: 40, leaderEpoch: 7 }
  const created = { ...at, timestamp: 1005, timestampType: 'CreateTime' }
  const bytes = (text: string) => Buffer.from(text, 'latin1')
  test.each([
    { key: null, value: bytes('v'), json: { key: null, value: 'v' }, why: 'text is a string' },
    { key: bytes(''), value: null, json: { key: '', value: null }, why: 'empty is not null' },
    {
      key: bytes('\xff\x00'),
      value: Buffer.from('é\0"\n'),
      json: { key: { base64: '/wA=' }, value: 'é\0"\n' },
      why: 'what is no UTF-8 is base64',
    },
  ])('$why', ({ key, value, json }) => {
    const text = textOf(jsonFormatter(), { key, value, headers: [] })
    expect(JSON.parse(text)).toEqual({ ...created, ...json, headers: [] })
    expect(text.indexOf('\n')).toBe(text.length - 1)
  })

  test('headers keep their order, and two may have one name', () => {
    const headers = [
      { key: 'h', value: bytes('2') },
      { key: 'h', value: null },
      { key: 'ü', value: bytes('\xfe') },
    ]
    const text = textOf(jsonFormatter(), { key: null, value: null, headers })
    expect(JSON.parse(text).headers).toEqual([
      { key: 'h', value: '2' },
      { key: 'h', value: null },
      { key: 'ü', value: { base64: '/g==' } },
    ])
  })
})

function formatted(
  properties: Record<string, string>,
  { key, value, headers = false }: { key: string | null; value: string | null; headers?: boolean },
  deserializers: Deserializers = {},
): string {
  const bytes = (text: string | null) => (text === null ? null : Buffer.from(text))
  const list = [
    { key: 'h', value: Buffer.from('1') },
    { key: 'n', value: null },
  ]
  const record = { key: bytes(key), value: bytes(value), headers: headers ? list : [] }
  const formatter = new DefaultFormatter(new Map(Object.entries(properties)), deserializers)
  return textOf(formatter, record)
}

function textOf(
  formatter: Formatter,
  { key, value, headers }: { key: Uint8Array | null; value: Uint8Array | null; headers: Header[] },
  batch: Partial<BatchFields> = {},
): string {
  const writer = new BatchWriter()
  writer.append(5, key, value, headers)
  const bytes = writer.build({ baseTimestamp: 1000n, baseOffset: 40n, ...batch })
  const cursor = new RecordCursor().open(bytes)
  cursor.next()
  const out = new OutputBuffer()
  formatter.write({ topic: 't', partition: 3, leaderEpoch: 7, cursor }, out)
  return out.take().toString()
}
