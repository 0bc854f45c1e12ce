import { describe, expect, test } from 'vitest'
import { apis } from '../../src/protocol/apis/index.ts'
import { requestHeaderVersion, responseHeaderVersion } from '../../src/protocol/codec.ts'
import { errorTexts, exceptionName } from '../../src/protocol/error-texts.ts'
import { type ErrorName, errorName, errors } from '../../src/protocol/errors.ts'
import { requestHeader, responseHeader } from '../../src/protocol/headers.ts'
import * as consumerProtocol from '../../src/protocol/records/consumer-protocol.ts'
import * as control from '../../src/protocol/records/control.ts'
import { defaultPrincipalData } from '../../src/protocol/records/principal.ts'
import { producerSnapshot } from '../../src/protocol/records/producer-snapshot.ts'
import { quorumStateData } from '../../src/protocol/records/quorum-state.ts'
import {
  type CoordinatorRecords,
  groupRecords,
  metadataRecords,
  shareRecords,
  transactionRecords,
} from '../../src/protocol/records/registry.ts'
import type { Message } from '../../src/protocol/schema.ts'
import {
  drawDeclared,
  drawFacts,
  type FactField,
  type FactMessage,
  versionsOf,
  within,
} from '../support/facts.ts'
import { referenceJson } from '../support/vectors.ts'

interface FactDirection extends FactMessage {
  headers: { [versions: string]: number }
}
interface FactApi {
  key: number
  name: string
  removed?: true
  listeners: string[]
  lowestVersion: number
  highestVersion: number
  highestStableVersion: number
  clusterAction: boolean
  forwardable: boolean
  request: FactDirection
  response: FactDirection
}
interface FactRecord extends FactMessage {
  name: string
  type?: number
  part: string
}

const facts = referenceJson<{ headers: { [name: string]: FactMessage }; apis: FactApi[] }>(
  'protocol/messages.json',
)
const served = facts.apis.filter(({ removed }) => removed !== true)

/** Every field at every version; ours must also have the same first flexible version. */
function compare(message: Message, fact: FactMessage): void {
  const versions = versionsOf(fact.versions)
  expect(message.versions).toEqual([versions[0], versions.at(-1)])
  for (const version of versions) {
    const where = `${message.name} version ${version}`
    expect(version >= message.flexible, where).toBe(within(fact.flexibleVersions, version))
    expect(drawDeclared(message, version), where).toEqual(drawFacts(fact.fields, version))
  }
}

function headerAt(headers: { [versions: string]: number }, version: number): number | undefined {
  return Object.entries(headers).find(([range]) => within(range, version))?.[1]
}

test('the registry has every API that Kafka has not removed, in the order of their keys', () => {
  expect(apis.map(({ key, name }) => [key, name])).toEqual(
    served.map(({ key, name }) => [key, name]),
  )
})

describe.each(served)('$name', (fact) => {
  const api = apis.find(({ key }) => key === fact.key)!

  test('versions, listeners and what a broker does with it', () => {
    expect({
      versions: api.versions,
      stable: api.stable,
      listeners: [...api.listeners].sort(),
      clusterAction: api.clusterAction,
      forwardable: api.forwardable,
    }).toEqual({
      versions: [fact.lowestVersion, fact.highestVersion],
      stable: fact.highestStableVersion,
      listeners: [...fact.listeners].sort(),
      clusterAction: fact.clusterAction,
      forwardable: fact.forwardable,
    })
  })

  test('headers', () => {
    for (let version = fact.lowestVersion; version <= fact.highestVersion; version++) {
      expect(requestHeaderVersion(api, version)).toBe(headerAt(fact.request.headers, version))
      expect(responseHeaderVersion(api, version)).toBe(headerAt(fact.response.headers, version))
    }
  })

  test.each(['request', 'response'] as const)('%s', (direction) => {
    compare(api[direction], fact[direction])
  })
})

test('headers', () => {
  compare(requestHeader as unknown as Message, facts.headers.RequestHeader!)
  compare(responseHeader as unknown as Message, facts.headers.ResponseHeader!)
})

describe('records', () => {
  const { groups } = referenceJson<{ groups: { [name: string]: { records: FactRecord[] } } }>(
    'protocol/records.json',
  )
  const coordinators: { [group: string]: CoordinatorRecords } = {
    'group-coordinator': groupRecords,
    'transaction-coordinator': transactionRecords,
    'share-coordinator': shareRecords,
  }
  const others = [
    ...Object.values(control),
    ...Object.values(consumerProtocol),
    defaultPrincipalData,
    producerSnapshot,
    quorumStateData,
  ] as unknown as (Message & { type?: number })[]

  function declared(group: string, { name, type, part }: FactRecord): Message | undefined {
    if (group === 'metadata') return metadataRecords.get(type!)
    const records = coordinators[group]
    if (records !== undefined) return (part === 'key' ? records.keys : records.values).get(type!)
    return others.find((each) => each.name === name)
  }

  test.each(Object.keys(groups))('%s', (group) => {
    for (const fact of groups[group]!.records) {
      const message = declared(group, fact)
      expect(message, `${fact.name} (${fact.part})`).toBeDefined()
      expect(message!.name).toContain(fact.name)
      compare(message!, fact)
    }
  })

  test('there is none that Kafka does not have', () => {
    const of = (group: string, part: string) =>
      groups[group]!.records.filter((each) => each.part === part).length
    expect(metadataRecords.size).toBe(groups.metadata!.records.length)
    for (const [group, { keys, values }] of Object.entries(coordinators)) {
      expect([keys.size, values.size], group).toEqual([of(group, 'key'), of(group, 'value')])
    }
  })

  test('the types of the quorum’s control records', () => {
    for (const { name, type } of groups.control!.records) {
      const schema = others.find((each) => each.name === name)!
      if (schema.type !== undefined) expect(schema.type, name).toBe(type)
    }
  })
})

test('errors: codes, fates, exceptions and texts', () => {
  interface FactError {
    code: number
    name: ErrorName
    retriable?: boolean
    invalidMetadata?: boolean
    exception?: string
    message?: string
  }
  const { errors: known } = referenceJson<{ errors: FactError[] }>('protocol/errors.json')
  expect(Object.keys(errors)).toEqual(known.map(({ name }) => name))
  for (const { code, name, retriable, invalidMetadata, exception, message } of known) {
    const fate = invalidMetadata ? 'refresh' : retriable ? 'retry' : 'final'
    expect(errors[name], name).toEqual([code, fate])
    expect(errorName(code)).toBe(name)
    expect(exceptionName(name)).toBe(exception ?? '')
    expect(errorTexts[name]).toBe(message ?? '')
  }
  expect(errorName(4711)).toBe('UNKNOWN_SERVER_ERROR')
})

test('the check notices a field that differs', () => {
  const message = apis.find(({ name }) => name === 'Fetch')!.request
  const fact = served.find(({ name }) => name === 'Fetch')!.request
  const change = (edit: (field: FactField) => void): FactMessage => {
    const copy = structuredClone(fact) as FactMessage
    edit(copy.fields[0]!)
    return copy
  }
  expect(() =>
    compare(
      message,
      change((field) => (field.versions = '4-13')),
    ),
  ).toThrow()
  expect(() =>
    compare(
      message,
      change((field) => (field.default = 0)),
    ),
  ).toThrow()
  expect(() =>
    compare(
      message,
      change((field) => (field.type = 'int64')),
    ),
  ).toThrow()
  expect(() =>
    compare(
      message,
      change((field) => (field.nullableVersions = '9+')),
    ),
  ).toThrow()
  expect(() =>
    compare(
      message,
      change((field) => (field.ignorable = true)),
    ),
  ).toThrow()
})
