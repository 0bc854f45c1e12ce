import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { heartbeat } from '../../src/protocol/apis/heartbeat.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import {
  decode,
  decodeFrom,
  encode,
  encodeInto,
  type UnknownTags,
  unknownTags,
} from '../../src/protocol/codec.ts'
import { KafkaError } from '../../src/protocol/errors.ts'
import { Reader } from '../../src/protocol/reader.ts'
import {
  array,
  boolean,
  bytes,
  float64,
  int8,
  int16,
  int32,
  int64,
  message,
  nullable,
  string,
  struct,
  tagged,
  uint16,
  uint32,
  until,
  uuid,
} from '../../src/protocol/schema.ts'
import { Writer } from '../../src/protocol/writer.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')

/** One field of each type, flexible from version 1 on. */
const sample = message({
  name: 'Sample',
  versions: [0, 1],
  flexible: 1,
  fields: {
    flag: boolean,
    tiny: int8,
    small: int16,
    port: uint16,
    count: int32,
    crc: uint32,
    offset: int64,
    ratio: float64,
    id: uuid,
    name: string,
    note: nullable(string),
    data: bytes,
    numbers: array(int32),
    inner: struct({ x: int8 }),
    old: until(0, int32, -1),
    one: tagged(1, 1, string),
    three: tagged(3, 1, struct({ a: int32, b: int64 })),
  },
})

const value = {
  flag: true,
  tiny: -1,
  small: -2,
  port: 65535,
  count: -3,
  crc: 4294967295,
  offset: -4n,
  ratio: -0,
  id: 'QxkaxOxLtfelJZYN_y_iFA',
  name: 'é',
  note: null,
  data: hex('cafe'),
  numbers: [1, -1],
  inner: { x: 7 },
}

test('every type by its bytes', () => {
  const fixed =
    '01 ff fffe ffff fffffffd ffffffff fffffffffffffffc 8000000000000000 43191ac4ec4bb5f7a525960dff2fe214'
  expect(encode(sample, 0, value).toString('hex')).toBe(
    hex(`${fixed} 0002c3a9 ffff 00000002cafe 00000002 00000001ffffffff 07 ffffffff`).toString(
      'hex',
    ),
  )
  expect(encode(sample, 1, value).toString('hex')).toBe(
    hex(`${fixed} 03c3a9 00 03cafe 03 00000001ffffffff 07 00 00`).toString('hex'),
  )
})

test('a uuid is its 16 bytes, whatever they are', () => {
  const ids = message({ name: 'Ids', versions: [0, 0], flexible: 1, fields: { id: uuid } })
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (all) => {
      const id = Buffer.from(all).toString('base64url')
      expect(encode(ids, 0, { id }).equals(all)).toBe(true)
      expect(decode(ids, 0, Buffer.from(all))).toEqual({ id })
    }),
  )
  for (const wrong of ['=', ' ', '+', 'é', '\u0141']) {
    for (const at of [0, 3, 19, 20, 21]) {
      const id = `${value.id.slice(0, at)}${wrong}${value.id.slice(at + 1)}`
      expect(() => encode(ids, 0, { id })).toThrow('Ids.id must be of type uuid')
    }
  }
})

describe('a value that cannot be written is refused with the name of its field', () => {
  test.each<[object, string]>([
    [{ flag: 1 }, 'Sample.flag must be of type boolean, not 1'],
    [{ tiny: 128 }, 'Sample.tiny must be of type int8, not 128'],
    [{ small: -32769 }, 'Sample.small must be of type int16, not -32769'],
    [{ port: -1 }, 'Sample.port must be of type uint16, not -1'],
    [{ port: 65536 }, 'Sample.port must be of type uint16, not 65536'],
    [{ count: 0.5 }, 'Sample.count must be of type int32, not 0.5'],
    [{ count: undefined }, 'Sample.count must be of type int32, not undefined'],
    [{ count: Number.NaN }, 'Sample.count must be of type int32, not NaN'],
    [{ crc: -1 }, 'Sample.crc must be of type uint32, not -1'],
    [{ offset: 1 }, 'Sample.offset must be of type int64, not 1'],
    [{ ratio: '1' }, 'Sample.ratio must be of type float64, not 1'],
    [{ id: 'short' }, 'Sample.id must be of type uuid, not short'],
    [{ id: 'QxkaxOxLtfelJZYN!y_iFA' }, 'Sample.id must be of type uuid'],
    [{ name: null }, 'Sample.name must be of type string, not null'],
    [{ name: 5 }, 'Sample.name must be of type string, not 5'],
    [{ name: 'x'.repeat(32768) }, 'a string of 32768 bytes'],
    [{ note: undefined }, 'Sample.note must be of type string, not undefined'],
    [{ data: null }, 'Sample.data must be of type bytes, not null'],
    [{ data: 'text' }, 'Sample.data must be of type bytes, not text'],
    [{ numbers: null }, 'Sample.numbers must be of type array, not null'],
    [{ numbers: [1, 'x'] }, 'Sample.numbers must be of type int32, not x'],
    [{ inner: null }, 'Sample.inner must be of type struct, not null'],
    [{ inner: {} }, 'Sample.inner.x must be of type int8, not undefined'],
  ])('%o', (change, expected) => {
    for (const version of [0, 1]) {
      const write = () => encode(sample, version, { ...value, ...change } as never)
      expect(write).toThrow(KafkaError)
      expect(write).toThrow(expected)
    }
  })

  test('the longest string goes', () => {
    const name = 'x'.repeat(32767)
    for (const version of [0, 1]) {
      expect(decode(sample, version, encode(sample, version, { ...value, name })).name).toBe(name)
    }
  })

  test('a field that the version does not have, unless it holds its default', () => {
    const write = (old: number) => () => encode(sample, 1, { ...value, old })
    expect(write(5)).toThrow('Sample.old does not exist in version 1')
    expect(write(-1)).not.toThrow()
    expect(decode(sample, 1, write(-1)()).old).toBe(-1)
  })

  test('a version that the message does not have', () => {
    expect(() => encode(sample, 2, value)).toThrow('Sample has no version 2')
    expect(() => decode(sample, -1, hex('00'))).toThrow('Sample has no version -1')
  })
})

describe('tagged fields', () => {
  const unknown = (...tags: UnknownTags) => ({ ...value, [unknownTags]: tags })
  const two = { tag: 2, bytes: hex('aa') }
  const nine = { tag: 9, bytes: hex('bbbb') }

  test('known and unknown ones ascend together, and come back', () => {
    const whole = { ...unknown(two, nine), one: 'n', three: { a: 1, b: 2n } }
    const written = encode(sample, 1, whole)
    const tail = '04 01 02 026e 02 01 aa 03 0d 00000001 0000000000000002 00 09 02 bbbb'
    expect(written.toString('hex').endsWith(hex(tail).toString('hex'))).toBe(true)
    const read = decode(sample, 1, written) as { [unknownTags]?: UnknownTags }
    expect(read[unknownTags]).toEqual([two, nine])
    expect(encode(sample, 1, read as never).equals(written)).toBe(true)
  })

  test.each([
    [[nine, two], 'tagged field 2 comes after 9'],
    [[two, two], 'tagged field 2 comes after 2'],
    [[{ tag: 3, bytes: hex('') }], 'tagged field 3 comes after 3'],
  ])('%o are refused', (tags, expected) => {
    expect(() => encode(sample, 1, unknown(...tags))).toThrow(expected)
  })

  test('unknown ones inside a tagged struct', () => {
    const three = { a: 1, b: 2n, [unknownTags]: [nine] }
    const written = encode(sample, 1, { ...value, three })
    expect(decode(sample, 1, written).three).toEqual(three)
  })

  test('a size that does not fit what is inside', () => {
    const start = encode(sample, 1, value)
    const body = start.subarray(0, -1)
    const withTags = (tags: string) => () => decode(sample, 1, Buffer.concat([body, hex(tags)]))
    expect(withTags('01 01 03 026e00')).toThrow('tagged field 1 is not 3 bytes long')
    expect(withTags('01 01 7f 026e')).toThrow('a tagged field of 127 bytes')
    expect(withTags('01 09 ffffffff0f')).toThrow('a tagged field of 4294967295 bytes')
  })
})

describe('malformed bytes are INVALID_REQUEST', () => {
  test.each([
    ['', 'bytes wanted'],
    ['00', 'bytes wanted'],
    ['000547', 'bytes wanted'],
    ['ffff', 'HeartbeatRequest.groupId is null'],
  ])('a Heartbeat of version 0: %s', (text, expected) => {
    const read = () => decode(heartbeat.request, 0, hex(text))
    expect(read).toThrow(KafkaError)
    expect(read).toThrow(expected)
  })

  test.each([
    ['ffffffff7f', 'more than 5 bytes|bytes wanted|a string of', 'five bytes that go on'],
    ['ffffffffffff', 'a varint of more than 5 bytes', 'six bytes'],
    ['ffff', 'end inside a varint', 'none left'],
    ['feffffff0f', 'a string of 4294967293 bytes', 'a length of 4 GiB'],
    ['818002', 'a string of 32768 bytes', 'one more than an int16 can say'],
    ['00', 'is null', 'a null'],
  ])('a Heartbeat of version 4: %s', (text, expected) => {
    expect(() => decode(heartbeat.request, 4, hex(text))).toThrow(new RegExp(expected))
  })

  test('counts that cannot be are refused before anything is made', () => {
    const request = (count: string) => hex(`ffff ffff 00007530 ${count}`)
    for (const count of ['7fffffff', '00ffffff', '00000001']) {
      expect(() => decode(produce.request, 7, request(count))).toThrow(KafkaError)
    }
    expect(() => decode(produce.request, 7, request('ffffffff'))).toThrow('topicData is null')
  })

  test('a frame of nothing but small structs does not grow without bound', () => {
    // Every four bytes are a topic without name and partitions: 20 MB would become 5 million objects.
    const count = 5_000_000
    const head = new Writer()
    head.int16(0)
    encodeInto(head, fetch.request, 12, { ...emptyFetch, topics: [] })
    const frame = Buffer.alloc(count * 3 + 64)
    const start = hex('ffffffff 000001f4 00000001 03200000 00 00000000 ffffffff')
    start.copy(frame)
    const writer = new Writer()
    writer.uvarint(count + 1)
    const length = writer.toBuffer()
    length.copy(frame, start.length)
    frame.fill(1, start.length + length.length)
    for (let at = start.length + length.length + 2; at < frame.length; at += 3) frame[at] = 0
    expect(() => decode(fetch.request, 12, frame)).toThrow('more elements than fit into memory')
  })

  test('what stands behind the message is no fault', () => {
    const written = encode(heartbeat.response, 4, { errorCode: 7 })
    const longer = Buffer.concat([written, hex('cafe')])
    expect(decode(heartbeat.response, 4, longer).errorCode).toBe(7)
    const reader = new Reader(longer)
    decodeFrom(reader, heartbeat.response, 4)
    expect(reader.remaining).toBe(2)
  })
})

const emptyFetch = {
  replicaId: -1,
  maxWaitMs: 500,
  minBytes: 1,
  isolationLevel: 0,
}

describe('the writer', () => {
  test('hands large bytes on by reference, and keeps the order of pieces', () => {
    const records = Buffer.alloc(10_000, 7)
    const writer = new Writer()
    const topicData = [{ name: 'orders', partitionData: [{ index: 0, records }] }]
    encodeInto(writer, produce.request, 9, {
      transactionalId: null,
      acks: 1,
      timeoutMs: 5,
      topicData,
    })
    const { size } = writer
    const pieces = writer.finish()
    expect(pieces).toContain(records)
    expect(Buffer.concat(pieces)).toHaveLength(size)
    const read = decode(produce.request, 9, Buffer.concat(pieces))
    expect(read.topicData[0]!.partitionData[0]!.records).toEqual(records)
  })

  test('grows over many pieces', () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `a member with a number, ${i}`)
    const list = message({
      name: 'List',
      versions: [0, 0],
      flexible: 0,
      fields: { names: array(string) },
    })
    expect(decode(list, 0, encode(list, 0, { names })).names).toEqual(names)
  })

  test('two at once do not write into each other', () => {
    const [one, other] = [new Writer(), new Writer()]
    for (let i = 0; i < 5000; i++) {
      one.int32(1)
      other.int32(2)
    }
    expect(new Set(one.toBuffer())).toEqual(new Set([0, 1]))
    expect(new Set(other.toBuffer())).toEqual(new Set([0, 2]))
  })

  test('what was handed out is not written over', () => {
    const first = encode(heartbeat.response, 4, { errorCode: 7 })
    const copy = Buffer.from(first)
    for (let i = 0; i < 5000; i++) encode(heartbeat.response, 4, { errorCode: 8 })
    expect(first.equals(copy)).toBe(true)
  })
})

test('strings that are met again, and neighbours that look alike, are told apart', () => {
  const one = message({
    name: 'One',
    versions: [0, 0],
    flexible: 0,
    fields: { names: array(string) },
  })
  const names = Array.from({ length: 3000 }, (_, i) => [
    `t${i}`,
    `a${i}`,
    `é${i}`,
    '\u0000',
    '',
  ]).flat()
  for (let round = 0; round < 3; round++) {
    expect(decode(one, 0, encode(one, 0, { names })).names).toEqual(names)
  }
})
