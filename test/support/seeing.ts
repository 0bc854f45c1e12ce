/** All that a client can see of a broker. */
import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import { expect } from 'vitest'
import { describeClientQuotas } from '../../src/protocol/apis/describe-client-quotas.ts'
import { describeConfigs } from '../../src/protocol/apis/describe-configs.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { listGroups } from '../../src/protocol/apis/list-groups.ts'
import { listOffsets } from '../../src/protocol/apis/list-offsets.ts'
import { metadata } from '../../src/protocol/apis/metadata.ts'
import { offsetFetch } from '../../src/protocol/apis/offset-fetch.ts'
import { batches, isControl, lastOffsetOf } from '../../src/protocol/batch/layout.ts'
import { type BatchRecord, records } from '../../src/protocol/batch/reader.ts'
import { type Asked, settled } from './asking.ts'

export type SeenRecord = { offset: string; timestamp: string; text: string }

/** All records of a partition from an offset on, as a reader gets them. */
export async function read(
  connection: Asked,
  topic: string,
  partition: number,
  from: bigint,
): Promise<SeenRecord[]> {
  const found: SeenRecord[] = []
  let fetchOffset = from
  for (;;) {
    const answer = await fetchOnce(connection, { topic, partition, fetchOffset })
    for (const at of batches(answer.records)) {
      fetchOffset = lastOffsetOf(answer.records, at) + 1n
      if (isControl(answer.records, at)) continue
      for (const record of records(answer.records, at)) {
        if (record.offset >= from) found.push(shown(record))
      }
    }
    if (fetchOffset >= answer.highWatermark) return found
  }
}

function shown({ offset, timestamp, key, value, headers }: BatchRecord): SeenRecord {
  const part = (bytes: Uint8Array | null) =>
    bytes === null ? null : Buffer.from(bytes).toString('latin1')
  const said = JSON.stringify([
    part(key),
    part(value),
    headers.map((each) => [each.key, part(each.value)]),
  ])
  const short =
    said.length < 200
      ? said
      : `${said.slice(0, 60)}… ${createHash('sha256').update(said).digest('hex')}`
  return { offset: String(offset), timestamp: String(timestamp), text: short }
}

async function fetchOnce(
  connection: Asked,
  { topic, partition, fetchOffset }: { topic: string; partition: number; fetchOffset: bigint },
) {
  const { responses } = await settled(
    () =>
      connection.call(
        fetch,
        {
          maxWaitMs: 100,
          minBytes: 1,
          isolationLevel: 0,
          sessionId: 0,
          sessionEpoch: -1,
          topics: [
            {
              topic,
              partitions: [{ partition, fetchOffset, partitionMaxBytes: 1 << 22 }],
            },
          ],
          forgottenTopicsData: [],
          rackId: '',
        },
        { version: 12 },
      ),
    ({ errorCode, responses }) => [errorCode, responses[0]!.partitions[0]!.errorCode],
  )
  const { highWatermark, records: bytes } = responses[0]!.partitions[0]!
  return { highWatermark, records: bytes ?? new Uint8Array(0) }
}

const earliestOf = -2n
const latestOf = -1n
// Kafka looks for a time in the first segment that has one so late, and finds nothing if all of it lies before the log start; we go on.
const manySegments = ['segments', 'compacted']

/** Everything that must be the same whoever serves the directory; epochs are not, they grow with every start. */
export async function contentOf(connection: Asked) {
  const { topics } = await settled(
    () => connection.call(metadata, { topics: null, allowAutoTopicCreation: false }),
    ({ topics }) =>
      topics.flatMap(({ errorCode, partitions }) => [
        errorCode,
        ...partitions.map((each) => each.errorCode),
      ]),
  )
  const seen: { [topic: string]: object } = {}
  for (const { name, topicId, isInternal, partitions } of topics.sort((a, b) =>
    a.name! < b.name! ? -1 : 1,
  )) {
    const shownPartitions = []
    // What coordinators write for themselves is seen in their answers.
    const shown = isInternal ? [] : partitions
    for (const { partitionIndex } of shown.toSorted(
      (a, b) => a.partitionIndex - b.partitionIndex,
    )) {
      const at = (timestamp: bigint) =>
        offsetOf(connection, { topic: name!, partition: partitionIndex, timestamp })
      const [earliest, latest] = [await at(earliestOf), await at(latestOf)]
      const first = manySegments.includes(name!) ? null : await at(1_700_000_000_003n)
      const content = await read(connection, name!, partitionIndex, earliest!.offset)
      shownPartitions.push({ partitionIndex, earliest, latest, first, content })
    }
    seen[name!] = {
      topicId,
      partitions: shownPartitions,
      configs: await configsOf(connection, 2, name!),
    }
  }
  return {
    topics: seen,
    broker: await configsOf(connection, 4, '1'),
    allBrokers: await configsOf(connection, 4, ''),
    groups: await groupsOf(connection),
    quotas: await quotasOf(connection),
  }
}

async function offsetOf(
  connection: Asked,
  { topic, partition, timestamp }: { topic: string; partition: number; timestamp: bigint },
) {
  const partitions = [{ partitionIndex: partition, timestamp }]
  const { topics } = await settled(
    () =>
      connection.call(
        listOffsets,
        { replicaId: -1, isolationLevel: 0, topics: [{ name: topic, partitions }] },
        { version: 7 },
      ),
    ({ topics }) => [topics[0]!.partitions[0]!.errorCode],
  )
  const { offset, timestamp: time } = topics[0]!.partitions[0]!
  return { offset, timestamp: String(time) }
}

/** What was set, and not what holds by default. */
async function configsOf(connection: Asked, resourceType: number, resourceName: string) {
  const { results } = await settled(
    () =>
      connection.call(describeConfigs, {
        resources: [{ resourceType, resourceName, configurationKeys: null }],
        includeSynonyms: false,
        includeDocumentation: false,
      }),
    ({ results }) => results.map(({ errorCode }) => errorCode),
  )
  const dynamic = [1, 2, 3]
  const set = results[0]!.configs
    .filter(({ configSource }) => dynamic.includes(configSource))
    .map(({ name, value, configSource }) => [name, `${value} (${configSource})`])
  return Object.fromEntries(set.sort())
}

async function groupsOf(connection: Asked) {
  const { groups } = await settled(
    () => connection.call(listGroups, { statesFilter: [], typesFilter: [] }),
    ({ errorCode }) => [errorCode],
  )
  const seen: { [group: string]: object } = {}
  for (const { groupId, groupType, groupState } of groups.sort((a, b) =>
    a.groupId < b.groupId ? -1 : 1,
  )) {
    const { groups: fetched } = await settled(
      () =>
        connection.call(
          offsetFetch,
          { groups: [{ groupId, topics: null }], requireStable: true },
          { version: 8 },
        ),
      ({ groups }) => [groups[0]!.errorCode],
    )
    const offsets = fetched[0]!.topics
      .flatMap(({ name, partitions }) =>
        partitions.map((each) => [
          `${name}-${each.partitionIndex}`,
          `${each.committedOffset} ${each.committedLeaderEpoch} ${each.metadata}`,
        ]),
      )
      .sort()
    seen[groupId] = { groupType, groupState, offsets: Object.fromEntries(offsets) }
  }
  return seen
}

async function quotasOf(connection: Asked) {
  const { entries } = await settled(
    () => connection.call(describeClientQuotas, { components: [], strict: false }),
    ({ errorCode }) => [errorCode],
  )
  return entries
}

export type Seen = Awaited<ReturnType<typeof contentOf>>

/** Fails unless the broker shows what was seen before; the message says where it differs, which a report of CI would cut off. */
export async function expectContent(connection: Asked, before: Seen): Promise<void> {
  const now = await contentOf(connection)
  const differing = [...differences('', before, now)]
  expect(now, differing.slice(0, 10).join('\n')).toEqual(before)
}

function* differences(path: string, before: unknown, now: unknown): Generator<string> {
  if (isObject(before) && isObject(now)) {
    const names = new Set([...Object.keys(before), ...Object.keys(now)])
    for (const name of names) yield* differences(`${path}/${name}`, before[name], now[name])
  } else if (before !== now) yield `${path}: was ${inspect(before)}, is ${inspect(now)}`
}

const isObject = (value: unknown): value is { [name: string]: unknown } =>
  typeof value === 'object' && value !== null
