/** The small files that say whose a log directory or a partition is, and how the last broker left it. */
import { formatProperties, parseProperties } from '../base/properties.ts'
import type { Disk } from '../host/disk.ts'
import { KafkaError } from '../protocol/errors.ts'

export const metaPropertiesFile = 'meta.properties'
export const cleanShutdownFile = '.kafka_cleanshutdown'
export const partitionMetadataFile = 'partition.metadata'

export interface MetaProperties {
  readonly clusterId: string
  readonly nodeId: number
  /** Every log directory has its own. */
  readonly directoryId: string
}

/** Null where the directory belongs to nobody yet. */
export function readMetaProperties(disk: Disk, directory: string): MetaProperties | null {
  const path = `${directory}/${metaPropertiesFile}`
  if (disk.stat(path) === null) return null
  const properties = parseProperties(Buffer.from(disk.readFile(path)).toString())
  const version = properties.get('version')
  if (version !== '1') throw refused(`${path} ${versionFault(version)}`)
  const nodeId = required(properties, 'node.id', path)
  if (!/^\d+$/.test(nodeId)) {
    throw refused(`${path} is damaged: node.id is "${nodeId}" there; ${correction}`)
  }
  return {
    clusterId: required(properties, 'cluster.id', path),
    nodeId: Number(nodeId),
    directoryId: properties.get('directory.id') ?? '',
  }
}

const correction =
  'write there what is known of node.id and cluster.id, or give another directory in log.dirs'

function versionFault(version: string | undefined): string {
  if (version === undefined) return `is damaged: it has no version; ${correction}`
  const known = `has version ${version}; only 1 is known`
  return version === '0'
    ? `${known}: it is of ZooKeeper times, and must be migrated by an older Kafka first`
    : `${known}: a newer Kafka wrote it; give another directory in log.dirs`
}

const refused = (message: string) => new KafkaError('INCONSISTENT_CLUSTER_ID', message)

export function formatMetaProperties(
  { clusterId, nodeId, directoryId }: MetaProperties,
  now: Date,
): string {
  const properties: [string, string][] = [
    ['node.id', String(nodeId)],
    ['directory.id', directoryId],
    ['version', '1'],
    ['cluster.id', clusterId],
  ]
  return `#\n#${javaDate(now)}\n${formatProperties(properties)}`
}

function required(properties: Map<string, string>, name: string, path: string): string {
  const value = properties.get(name)
  if (value !== undefined) return value
  throw refused(`${path} is damaged: it has no ${name}; ${correction}`)
}

/** As Java prints a date: `Tue Nov 24 01:50:00 UTC 2026`. */
function javaDate(date: Date): string {
  const [weekday, day, month, year, time] = date.toUTCString().replace(',', '').split(' ')
  return `${weekday} ${month} ${day} ${time} UTC ${year}`
}

/** The epoch of the broker that stopped cleanly, −1 if it wrote none; null where nobody did. */
export function readCleanShutdown(disk: Disk, directory: string): bigint | null {
  const path = `${directory}/${cleanShutdownFile}`
  if (disk.stat(path) === null) return null
  try {
    const text = Buffer.from(disk.readFile(path)).toString()
    return BigInt((JSON.parse(text) as { brokerEpoch: number }).brokerEpoch)
  } catch {
    return -1n
  }
}

export function formatCleanShutdown(brokerEpoch: bigint): string {
  return `{"version":0,"brokerEpoch":${brokerEpoch}}`
}

/** The topic's id; null where there is no such file, or one that a power cut left incomplete: with zeros, or too short. */
export function readTopicId(disk: Disk, folder: string): string | null {
  const path = `${folder}/${partitionMetadataFile}`
  if (disk.stat(path) === null) return null
  const text = Buffer.from(disk.readFile(path)).toString()
  if (text.includes('\0') || text.length < partitionMetadataSize) return null
  const match = /^version: 0\ntopic_id: (\S{22})\n?$/.exec(text)
  if (match !== null) return match[1]!
  const version = /^version: (\d+)\n/.exec(text)?.[1]
  throw new KafkaError(
    'KAFKA_STORAGE_ERROR',
    version !== undefined && version !== '0'
      ? `${path} has version ${version}; only 0 is known: a newer Kafka wrote it`
      : `${path} is malformed: it should be "version: 0" and "topic_id: " with the 22 characters of the topic's id (dump-log --cluster-metadata-decoder shows it): write it so, or move it away, and the partition is put aside as -stray`,
  )
}

const partitionMetadataSize = 'version: 0\ntopic_id: '.length + 22

/** Not yet safe: the first flush of the partition sees to that. */
export function writeTopicId(disk: Disk, folder: string, topicId: string): void {
  const path = `${folder}/${partitionMetadataFile}`
  disk.writeFile(`${path}.tmp`, Buffer.from(formatTopicId(topicId)))
  disk.rename(`${path}.tmp`, path)
}

export function formatTopicId(topicId: string): string {
  return `version: 0\ntopic_id: ${topicId}`
}
