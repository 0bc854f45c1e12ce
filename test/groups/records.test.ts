/** What Apache Kafka wrote: read, understood, and written again with the same bytes. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { summaryOf } from '../../src/groups/describe.ts'
import type { Group } from '../../src/groups/group.ts'
import { decodeRecord, encodeRecord } from '../../src/groups/records.ts'
import { replay, replayed } from '../../src/groups/replay.ts'
import { topicHash } from '../../src/groups/topic-hash.ts'
import { batches, isControl } from '../../src/protocol/batch/layout.ts'
import { records } from '../../src/protocol/batch/reader.ts'
import { sharedFolder } from '../support/vectors.ts'

const samples = process.env.JACKDAW_SAMPLES ?? join(sharedFolder, 'samples')
const folder = join(samples, 'data-dirs')

function* recordsOf(name: string) {
  for (const partition of [0, 1]) {
    const file = `__consumer_offsets-${partition}/00000000000000000000.log`
    const bytes = readFileSync(join(folder, name, file))
    // What was preallocated, or cut short by the crash, is no batch.
    for (const at of batches(bytes)) {
      if (isControl(bytes, at)) continue
      for (const { key, value } of records(bytes, at)) yield { key: key!, value }
    }
  }
}

describe.each(['clean', 'crashed'])('the data directory "%s"', (name) => {
  const state = JSON.parse(readFileSync(join(folder, `${name}.state.json`), 'utf8'))

  test('every record is written again with the same bytes', () => {
    let count = 0
    for (const { key, value } of recordsOf(name)) {
      const again = encodeRecord(decodeRecord(key, value)!)
      expect(Buffer.from(again.key).equals(key)).toBe(true)
      if (value === null) expect(again.value).toBeNull()
      else
        expect(Buffer.from(again.value!).toString('hex')).toBe(Buffer.from(value).toString('hex'))
      count++
    }
    expect(count).toBeGreaterThanOrEqual(17)
  })

  test('the groups are what Kafka takes them for', () => {
    const groups = new Map<string, Group>()
    for (const { key, value } of recordsOf(name)) {
      const record = decodeRecord(key, value)!
      replay(groups, record)
    }
    replayed(groups)
    const found = Object.fromEntries(
      [...groups].map(([id, group]) => {
        const { type, protocolType: protocol } = summaryOf(group)!
        const offsets = [...group.offsets].flatMap(([topic, partitions]) =>
          [...partitions].map(([partition, { offset }]) => [`${topic}-${partition}`, `${offset}`]),
        )
        const named = type[0]!.toUpperCase() + type.slice(1)
        return [id, { type: named, protocol, offsets: Object.fromEntries(offsets) }]
      }),
    )
    expect(found).toEqual(state.groups)
  })
})

test.each([
  { id: '10rBQGINQeCN905-f8sBxg', hash: -3344037110959553041n },
  { id: 'k7h1hmyhQVCafdgSU8_WLw', hash: -7681967691894129286n },
])('the hash of a group that reads topic $id', async ({ id, hash }) => {
  const { metadataHash } = await import('../../src/groups/consumer/subscriptions.ts')
  const { newConsumerGroup, newMember } = await import('../../src/groups/consumer/state.ts')
  const group = newConsumerGroup('g')
  group.members.set('m', { ...newMember('m'), topicNames: ['plain'] })
  const plain = {
    id,
    name: 'plain',
    partitionCount: 2,
    hash: topicHash({ id, name: 'plain', racks: [[], []] }),
  }
  const topics = {
    byName: (name: string) => (name === 'plain' ? plain : undefined),
    byId: () => plain,
    names: () => ['plain'],
    version: 1,
    offset: 1n,
  }
  expect(metadataHash(group, topics)).toBe(hash)
})
