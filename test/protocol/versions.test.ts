import { expect, test } from 'vitest'
import { apiVersions } from '../../src/protocol/apis/api-versions.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { initProducerId } from '../../src/protocol/apis/init-producer-id.ts'
import {
  apiVersionsRetry,
  chooseVersion,
  commonVersion,
  supportedVersions,
} from '../../src/protocol/versions.ts'

const range = (apiKey: number, minVersion: number, maxVersion: number) =>
  supportedVersions([{ apiKey, minVersion, maxVersion }])

test.each([
  { api: fetch, min: 0, max: 12, expected: 12, why: 'Kafka 2.8 knows no newer one' },
  { api: fetch, min: 4, max: 99, expected: 18, why: 'ours is the newest that we know' },
  { api: fetch, min: 19, max: 30, expected: null, why: 'the broker has moved on' },
  { api: fetch, min: 0, max: 3, expected: null, why: 'the broker stands behind Kafka 0.11' },
  { api: initProducerId, min: 0, max: 6, expected: 5, why: 'v6 is unstable' },
])('the version of $api.name with a broker of $min to $max: $why', (row) => {
  const supported = range(row.api.key, row.min, row.max)
  expect(commonVersion(row.api, supported)).toBe(row.expected)
  if (row.expected === null) {
    expect(() => chooseVersion(row.api, supported)).toThrow(`[${row.min},${row.max}]`)
  }
})

test('a caller may cap the version, or allow an unstable one', () => {
  expect(commonVersion(fetch, range(1, 0, 18), { highest: 12 })).toBe(12)
  expect(commonVersion(initProducerId, range(22, 0, 6), { highest: 6 })).toBe(6)
})

test('a caller may need more than a broker has', () => {
  expect(commonVersion(fetch, range(1, 0, 12), { lowest: 12 })).toBe(12)
  expect(() => chooseVersion(fetch, range(1, 0, 12), { lowest: 13 })).toThrow(
    'The node does not support FETCH with version in range [13,18]. The supported range is [0,12].',
  )
})

test('an API that the broker does not name', () => {
  expect(() => chooseVersion(fetch, range(0, 0, 9))).toThrow('The node does not support FETCH')
})

test('ApiVersions is asked again at what the broker offers, at 0 where it offers nothing', () => {
  expect(
    apiVersionsRetry(apiVersions, { apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 2 }] }),
  ).toBe(2)
  expect(apiVersionsRetry(apiVersions, { apiKeys: [] })).toBe(0)
})
