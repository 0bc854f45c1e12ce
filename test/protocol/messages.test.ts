import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import { apis } from '../../src/protocol/apis/index.ts'
import { decodeFrom, encode } from '../../src/protocol/codec.ts'
import { requestHeader, responseHeader } from '../../src/protocol/headers.ts'
import { Reader } from '../../src/protocol/reader.ts'
import type { Message } from '../../src/protocol/schema.ts'
import { contentOf, valueFrom } from '../support/content.ts'
import { vectorFiles, vectorLines } from '../support/vectors.ts'

interface Vector {
  direction?: 'request' | 'response'
  version: number
  shape: string
  hex: string
  content: { [name: string]: unknown }
}

const headers: { [file: string]: Message } = {
  RequestHeader: requestHeader as unknown as Message,
  ResponseHeader: responseHeader as unknown as Message,
}

const files = vectorFiles('messages')

function schemaOf(file: string, direction: Vector['direction']): Message {
  const header = headers[file]
  if (header !== undefined) return header
  const api = apis.find(({ name }) => name === file)
  if (api === undefined) throw new Error(`no API is called ${file}`)
  return api[direction!]
}

test('every API and both headers have vectors', () => {
  const named = files.map((file) => basename(file, '.jsonl')).sort()
  expect(named).toEqual([...apis.map(({ name }) => name), ...Object.keys(headers)].sort())
})

describe.each(files)('%s', (file) => {
  const name = basename(file, '.jsonl')
  const vectors = vectorLines<Vector>(file)

  test('bytes give the content, and the content gives the bytes', () => {
    for (const { direction, version, shape, hex, content } of vectors) {
      const schema = schemaOf(name, direction)
      const where = `${schema.name} version ${version}, ${shape}: ${hex}`
      const reader = new Reader(Buffer.from(hex, 'hex'))
      const value = decodeFrom(reader, schema, version)
      expect(reader.remaining, where).toBe(0)
      expect(contentOf(schema, version, value), where).toEqual(content)
      if (shape !== 'unknownTags') {
        expect(encode(schema, version, valueFrom(schema, content)).toString('hex'), where).toBe(hex)
      }
    }
  })

  test('what was read is written again with the same bytes, unknown tagged fields included', () => {
    for (const { direction, version, hex } of vectors) {
      const schema = schemaOf(name, direction)
      const value = decodeFrom(new Reader(Buffer.from(hex, 'hex')), schema, version)
      expect(encode(schema, version, value).toString('hex')).toBe(hex)
    }
  })
})
