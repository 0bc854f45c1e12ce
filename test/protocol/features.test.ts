import { expect, test } from 'vitest'
import {
  features,
  freshFeatures,
  freshLevel,
  metadataVersion,
  metadataVersionMax,
  metadataVersionMin,
  metadataVersionOf,
  metadataVersions,
  supportedFeatures,
} from '../../src/protocol/features.ts'
import { referenceJson } from '../support/vectors.ts'

interface Facts {
  metadataVersions: { [column: string]: unknown }[]
  latestProduction: string
  minimum: string
  features: {
    feature: string
    minimum: number
    latestProduction: number
    levels: { level: number; bootstrapMetadataVersion: string; dependsOn?: object }[]
    defaultAtLatestProduction: number
  }[]
}

const facts = referenceJson<Facts>('protocol/features.json')

test('metadata versions', () => {
  const rows = metadataVersions.map((each) => ({
    level: each.level,
    name: each.name,
    release: each.name.split('-')[0],
    production: each.level <= metadataVersionMax,
    metadataChanged: each.metadataChanged,
    fetchRequestVersion: each.fetch,
    listOffsetRequestVersion: each.listOffsets,
    registerBrokerRecordVersion: each.registerBrokerRecord,
    registerControllerRecordVersion: each.registerControllerRecord,
    partitionRecordVersion: each.partitionRecord,
    partitionChangeRecordVersion: each.partitionRecord,
  }))
  expect(rows).toEqual(facts.metadataVersions)
  expect(metadataVersionOf(facts.latestProduction)?.level).toBe(metadataVersionMax)
  expect(metadataVersionOf(facts.minimum)?.level).toBe(metadataVersionMin)
})

test('a version is found by level, by name and by release', () => {
  expect(metadataVersion(22)?.name).toBe('4.0-IV0')
  expect(metadataVersionOf('4.0')?.name).toBe('4.0-IV3')
  expect(metadataVersionOf('3.5-IV1')?.level).toBe(10)
  expect(metadataVersionOf('2.8')).toBeUndefined()
  expect(metadataVersion(99)).toBeUndefined()
})

test('the other features', () => {
  const rows = features.map(({ name, minimum, maximum, since, needs = {} }) => ({
    feature: name,
    minimum,
    latestProduction: maximum,
    levels: since.map((level, index) => ({
      level: index,
      since: level,
      ...(index in needs && { dependsOn: needs[index] }),
    })),
  }))
  expect(rows).toEqual(
    facts.features.map(({ feature, minimum, latestProduction, levels }) => ({
      feature,
      minimum,
      latestProduction,
      levels: levels.map(({ level, bootstrapMetadataVersion, dependsOn }) => ({
        level,
        since: metadataVersionOf(bootstrapMetadataVersion)!.level,
        ...(dependsOn && { dependsOn }),
      })),
    })),
  )
  for (const { feature, defaultAtLatestProduction } of facts.features) {
    const ours = features.find(({ name }) => name === feature)!
    expect(freshLevel(ours, metadataVersionMax), feature).toBe(defaultAtLatestProduction)
  }
})

test('a fresh cluster', () => {
  expect(Object.fromEntries(freshFeatures())).toEqual({
    'metadata.version': 30,
    'transaction.version': 2,
    'group.version': 1,
    'eligible.leader.replicas.version': 1,
    'share.version': 1,
    'streams.version': 1,
  })
  expect(Object.fromEntries(freshFeatures(21))).toEqual({ 'metadata.version': 21 })
  expect(supportedFeatures()[0]).toEqual({ name: 'metadata.version', minimum: 7, maximum: 30 })
})
