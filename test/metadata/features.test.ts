import { expect, test } from 'vitest'
import { applyRecord } from '../../src/metadata/apply.ts'
import { features as ours } from '../../src/metadata/features.ts'
import { findQuotas } from '../../src/metadata/find-quotas.ts'
import { emptyImage } from '../../src/metadata/image.ts'
import { allocateProducerIds } from '../../src/protocol/apis/allocate-producer-ids.ts'
import { alterClientQuotas } from '../../src/protocol/apis/alter-client-quotas.ts'
import { updateFeatures } from '../../src/protocol/apis/update-features.ts'
import { code, errorName, KafkaError } from '../../src/protocol/errors.ts'
import { referenceJson } from '../support/vectors.ts'
import { Cluster } from './cluster.ts'

interface Facts {
  features: {
    feature: string
    minimum: number
    latestProduction: number
    defaultAtLatestProduction: number
  }[]
}

test('the features and their levels are those of Kafka 4.3', () => {
  const facts = referenceJson<Facts>('protocol/features.json').features
  const levels = facts.map(({ feature, minimum, latestProduction }) => [
    feature,
    minimum,
    latestProduction,
  ])
  const known = ours.filter(({ name }) => name !== 'metadata.version')
  expect(known.map(({ name, lowest, highest }) => [name, lowest, highest]).sort()).toEqual(
    levels.sort(),
  )
})

function update(cluster: Cluster, feature: string, level: number, upgradeType = 1) {
  const { errorCode, errorMessage } = cluster.ask(updateFeatures, {
    timeoutMs: 0,
    featureUpdates: [{ feature, maxVersionLevel: level, allowDowngrade: false, upgradeType }],
    validateOnly: false,
  })
  return [errorName(errorCode), errorMessage]
}

const prefix = 'The update failed for all features since the following feature had an error: '

test.each([
  {
    feature: 'metadata.version',
    level: 999,
    message:
      'Invalid update version 999 for feature metadata.version. Local controller 1 only supports versions 7-30',
  },
  {
    feature: 'nonsense',
    level: 1,
    message:
      'Invalid update version 1 for feature nonsense. Local controller 1 does not support this feature.',
  },
  {
    feature: 'nonsense',
    level: 0,
    type: 2,
    message: 'Invalid update version 0 for feature nonsense. Feature nonsense not found.',
  },
  {
    feature: 'transaction.version',
    level: 1,
    message:
      "Invalid update version 1 for feature transaction.version. Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade.",
  },
  {
    feature: 'metadata.version',
    level: 29,
    type: 2,
    message:
      'Unsupported metadata.version downgrade from 30 to 29. Refusing to perform the requested downgrade because it might delete metadata information.',
  },
])('refused: $message', ({ feature, level, type, message }) => {
  const cluster = new Cluster().brokers(1)
  expect(update(cluster, feature, level, type)).toEqual([
    'INVALID_UPDATE_VERSION',
    prefix + message,
  ])
})

test('a feature goes down and up again', () => {
  const cluster = new Cluster().brokers(1)
  expect(update(cluster, 'transaction.version', 0, 2)).toEqual(['NONE', null])
  expect(cluster.image.features.has('transaction.version')).toBe(false)
  expect(update(cluster, 'transaction.version', 2)).toEqual(['NONE', null])
  expect(cluster.image.features.get('transaction.version')).toBe(2)
})

function quota(cluster: Cluster, entity: object[], key: string, value: number, remove = false) {
  const entries = [{ entity: entity as never, ops: [{ key, value, remove }] }]
  const { entries: answers } = cluster.ask(alterClientQuotas, { entries, validateOnly: false })
  return [errorName(answers[0]!.errorCode), answers[0]!.errorMessage]
}

const alice = { entityType: 'user', entityName: 'alice' }
const app = { entityType: 'client-id', entityName: 'app' }
const anyUser = { entityType: 'user', entityName: null }

test('quotas are set for entities, found by filters, and taken away', () => {
  const cluster = new Cluster()
  expect(quota(cluster, [alice], 'producer_byte_rate', 1024)).toEqual(['NONE', null])
  expect(quota(cluster, [app, alice], 'producer_byte_rate', 10)).toEqual(['NONE', null])
  expect(quota(cluster, [anyUser], 'consumer_byte_rate', 5)).toEqual(['NONE', null])
  const exact = { entityType: 'user', matchType: 0, match: 'alice' }
  expect(findQuotas(cluster.image, [exact], true)).toEqual([
    { entity: [alice], values: [{ key: 'producer_byte_rate', value: 1024 }] },
  ])
  expect(findQuotas(cluster.image, [exact], false)).toHaveLength(2)
  const byDefault = { entityType: 'user', matchType: 1, match: null }
  expect(findQuotas(cluster.image, [byDefault], true)).toHaveLength(1)
  expect(findQuotas(cluster.image, [{ ...byDefault, matchType: 2 }], true)).toHaveLength(2)
  expect(quota(cluster, [alice], 'producer_byte_rate', 0, true)).toEqual(['NONE', null])
  expect(findQuotas(cluster.image, [exact], true)).toEqual([])
})

test.each([
  { entity: [alice], key: 'nonsense', value: 1, message: 'Invalid configuration key nonsense' },
  {
    entity: [alice],
    key: 'producer_byte_rate',
    value: 0,
    message: 'Quota producer_byte_rate must be greater than 0',
  },
  { entity: [], key: 'producer_byte_rate', value: 1, message: 'Invalid empty client quota entity' },
  {
    entity: [{ entityType: 'planet', entityName: 'x' }],
    key: 'producer_byte_rate',
    value: 1,
    message: 'Unhandled client quota entity type: planet',
  },
])('a quota is refused: $message', ({ entity, key, value, message }) => {
  expect(quota(new Cluster(), entity, key, value)).toEqual(['INVALID_REQUEST', message])
})

test.each([
  ['producer_byte_rate', Number.NaN, 'Java finds it neither too small nor too large'],
  ['producer_byte_rate', 2 ** 63, 'the largest long as a double'],
  ['producer_byte_rate', 1.0000001, 'almost whole'],
  ['request_percentage', Number.POSITIVE_INFINITY, 'a double has no limit'],
])('a quota %s of %d is kept: %s', (key, value) => {
  const cluster = new Cluster()
  expect(quota(cluster, [alice], key, value)).toEqual(['NONE', null])
  expect(findQuotas(cluster.image, [], false)[0]!.values).toEqual([{ key, value }])
})

test('of an entity that comes twice the first change is made, and the answer tells of the second', () => {
  const cluster = new Cluster()
  const change = (key: string, value: number) => ({
    entity: [alice, app],
    ops: [{ key, value, remove: false }],
  })
  const entries = [change('producer_byte_rate', 1), change('consumer_byte_rate', 2)]
  const answer = cluster.ask(alterClientQuotas, { entries, validateOnly: false })
  expect(answer.entries).toEqual([
    {
      entity: [alice, app],
      errorCode: code('INVALID_REQUEST'),
      errorMessage:
        'Ignoring duplicate entity ClientQuotaEntity(entries={client-id=app, user=alice})',
    },
  ])
  const [found] = findQuotas(cluster.image, [], false)
  expect(found!.values).toEqual([{ key: 'producer_byte_rate', value: 1 }])
})

test('what no quota can be called can be taken away, for it is not there', () => {
  expect(quota(new Cluster(), [alice], 'nonsense', 0, true)).toEqual(['NONE', null])
})

test('blocks of producer ids go only to the incarnation that is registered', () => {
  const cluster = new Cluster().brokers(1)
  const { epoch } = cluster.image.brokers.get(1)!
  const ask = (brokerEpoch: bigint) =>
    cluster.ask(allocateProducerIds, { brokerId: 1, brokerEpoch })
  expect(ask(epoch)).toMatchObject({ errorCode: 0, producerIdStart: 0n, producerIdLen: 1000 })
  expect(ask(epoch)).toMatchObject({ producerIdStart: 1000n })
  expect(errorName(ask(epoch + 1n).errorCode)).toBe('STALE_BROKER_EPOCH')
})

test.each([
  { name: 'metadata.version', featureLevel: 31, knows: 'knows it up to 30' },
  { name: 'share.version', featureLevel: 2, knows: 'knows it up to 1' },
  { name: 'moon.version', featureLevel: 1, knows: 'does not know it' },
])('the metadata of a newer Kafka are refused: $name $featureLevel', ({ knows, ...value }) => {
  const image = emptyImage()
  const apply = () => applyRecord(image, { kind: 'featureLevel', version: 0, value })
  expect(apply).toThrow(KafkaError)
  expect(apply).toThrow(`${value.name} at level ${value.featureLevel}, and Jackdaw ${knows}: lower`)
  expect(image.features.size).toBe(0)
})
