/** IncrementalAlterConfigs and AlterConfigs (KIP-133, KIP-339): what may be set, on what, and the records of it. */
import type { alterConfigs } from '../protocol/apis/alter-configs.ts'
import type { incrementalAlterConfigs } from '../protocol/apis/incremental-alter-configs.ts'
import { clientMetricsConfigs, clientMetricsFault } from '../protocol/configs/client-metrics.ts'
import { brokerConfig, own } from '../protocol/configs/effective.ts'
import { groupConfigs } from '../protocol/configs/group.ts'
import { resourceTypes } from '../protocol/configs/resource-types.ts'
import { groupConfigsFault, topicConfigsFault } from '../protocol/configs/rules.ts'
import { topicConfigs } from '../protocol/configs/topic.ts'
import { topicNameFault } from '../protocol/names.ts'
import type { RequestOf, SentResponseOf } from '../protocol/schema.ts'
import { checkBrokerConfigs } from './broker-config-rules.ts'
import { brokerConfigs, keep, type Turn } from './controller.ts'
import { attempt, refuse } from './faults.ts'
import { recordVersions } from './features.ts'
import { configsOf, elrEnabled, type MetadataImage } from './image.ts'
import { type MetadataRecord, record } from './records.ts'

type ResourceKind = 'topic' | 'broker' | 'clientMetrics' | 'group'
const kinds: readonly ResourceKind[] = ['topic', 'broker', 'clientMetrics', 'group']
/** As AlterConfigOp numbers them. */
const operations = { set: 0, delete: 1, append: 2, subtract: 3 } as const

type IncrementalRequest = RequestOf<typeof incrementalAlterConfigs>
type IncrementalResource = IncrementalRequest['resources'][number]

export function alterIncrementally(
  turn: Turn,
  request: IncrementalRequest,
): SentResponseOf<typeof incrementalAlterConfigs> {
  return alterEach(turn, request, (kind, resource: IncrementalResource) => {
    checkNames(resource.configs)
    checkValues(
      resource.configs.filter(({ configOperation }) => configOperation !== operations.delete),
    )
    const current = configsOf(turn.image, kind, resource.resourceName)
    const wanted = new Map<string, string | null>()
    for (const change of resource.configs) {
      wanted.set(change.name, changedValue(kind, change, current.get(change.name)))
    }
    return configChanges(turn, kind, resource.resourceName, wanted)
  })
}

type WholeRequest = RequestOf<typeof alterConfigs>
type WholeResource = WholeRequest['resources'][number]

/** The old form: what is not named is taken away. */
export function alterWholly(
  turn: Turn,
  request: WholeRequest,
): SentResponseOf<typeof alterConfigs> {
  return alterEach(turn, request, (kind, resource: WholeResource) => {
    checkNames(resource.configs)
    checkValues(resource.configs)
    const current = configsOf(turn.image, kind, resource.resourceName)
    const wanted = new Map<string, string | null>(
      resource.configs.map(({ name, value }) => [name, value]),
    )
    for (const name of current.keys()) if (!wanted.has(name)) wanted.set(name, null)
    return configChanges(turn, kind, resource.resourceName, wanted)
  })
}

interface Resource {
  readonly resourceType: number
  readonly resourceName: string
}

function alterEach<R extends Resource>(
  turn: Turn,
  { resources, validateOnly }: { resources: readonly R[]; validateOnly: boolean },
  change: (kind: ResourceKind, resource: R) => MetadataRecord[],
) {
  const keys = resources.map(({ resourceType, resourceName }) => `${resourceType} ${resourceName}`)
  const responses = resources.map((resource, i) => {
    const { resourceType, resourceName } = resource
    const answered = attempt(() => {
      if (keys.indexOf(keys[i]!) !== keys.lastIndexOf(keys[i]!)) {
        refuse('INVALID_REQUEST', 'Each resource must appear at most once.')
      }
      const kind = kinds.find((each) => resourceTypes[each] === resourceType)
      if (kind === undefined) {
        return refuse('INVALID_REQUEST', `Unknown resource type ${resourceType}`)
      }
      checkName(kind, resourceName)
      const made = change(kind, resource)
      // In this order, so that a configuration that nothing can have is told where the topic is not there either.
      checkExistence(turn, kind, resourceName)
      if (!validateOnly) for (const each of made) keep(turn, each)
    })
    return { resourceType, resourceName, ...answered }
  })
  return { throttleTimeMs: 0, responses }
}

function checkName(kind: ResourceKind, name: string): void {
  if (kind === 'topic' && name === '') {
    refuse('INVALID_REQUEST', 'Default topic resources are not allowed.')
  }
  const fault = kind === 'topic' ? topicNameFault(name) : null
  if (fault !== null) refuse('INVALID_TOPIC_EXCEPTION', fault)
  if (kind === 'group' && name === '') {
    refuse('INVALID_REQUEST', 'Default group resources are not allowed.')
  }
  if (kind === 'clientMetrics' && name === '') {
    refuse('INVALID_REQUEST', 'Default client metrics resources are not allowed.')
  }
  if (kind === 'broker' && name !== '' && !brokerName.test(name)) {
    refuse('INVALID_REQUEST', `Invalid broker name ${name}`)
  }
}

const brokerName = /^[+-]?\d+$/

function checkExistence({ image }: Turn, kind: ResourceKind, name: string): void {
  if (kind === 'topic' && !image.topicsByName.has(name)) {
    refuse('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${name}' does not exist.`)
  }
  if (kind !== 'broker' || name === '') return
  const id = Number(name)
  if (image.brokers.has(id) || image.controllers.has(id)) return
  refuse('BROKER_ID_NOT_REGISTERED', `No node with id ${id} found.`)
}

function checkNames(configs: readonly { name: string }[]): void {
  const names = configs.map(({ name }) => name)
  if (new Set(names).size === names.length) return
  refuse('INVALID_REQUEST', 'Error due to duplicate config keys')
}

function checkValues(configs: readonly { name: string; value: string | null }[]): void {
  const nulls = configs.filter(({ value }) => value === null).map(({ name }) => name)
  if (nulls.length === 0) return
  refuse('INVALID_REQUEST', `Null value not supported for : ${nulls.join(',')}`)
}

function changedValue(
  kind: ResourceKind,
  { name, configOperation, value }: IncrementalResource['configs'][number],
  current: string | undefined,
): string | null {
  switch (configOperation) {
    case operations.set:
      return value
    case operations.delete:
      return null
    case operations.append:
    case operations.subtract: {
      const append = configOperation === operations.append
      if (declared(kind, name)?.type !== 'list') {
        const operation = append ? 'APPEND' : 'SUBTRACT'
        refuse('INVALID_CONFIG', `Can't ${operation} to key ${name} because its type is not LIST.`)
      }
      const given = (value ?? '').split(',')
      const old = current ?? defaultText(kind, name)
      const list = old === '' ? [] : old.split(',')
      if (!append) return list.filter((each) => !given.includes(each)).join(',')
      return [...list, ...given.filter((each) => !list.includes(each))].join(',')
    }
    default:
      return refuse('INVALID_REQUEST', `Unknown config operation ${configOperation}`)
  }
}

function declared(kind: ResourceKind, name: string) {
  switch (kind) {
    case 'topic':
      return own(topicConfigs, name)
    case 'group':
      return own(groupConfigs, name)
    case 'clientMetrics':
      return own(clientMetricsConfigs, name)
    case 'broker':
      return brokerConfig(name)
  }
}

function defaultText(kind: ResourceKind, name: string): string {
  const value = declared(kind, name)?.default
  return Array.isArray(value) ? value.join(',') : ''
}

/** The records that make the resource's configurations so; null takes one away. Throws if the result may not be. */
export function configChanges(
  turn: Turn,
  kind: ResourceKind,
  resourceName: string,
  wanted: ReadonlyMap<string, string | null>,
  { fresh = false } = {},
): MetadataRecord[] {
  const { image } = turn
  const resourceType = resourceTypes[kind]
  const current = fresh ? new Map<string, string>() : configsOf(image, kind, resourceName)
  const result = new Map(current)
  const made: MetadataRecord[] = []
  let minInSyncChanges = false
  for (const [name, value] of wanted) {
    // A broker is told even what it knows: a file that a value names may have changed (KAFKA-14136).
    if ((current.get(name) ?? null) === value && kind !== 'broker') continue
    if (value === null) result.delete(name)
    else result.set(name, value)
    made.push(record('config', 0, { resourceType, resourceName, name, value }))
    minInSyncChanges ||= name === 'min.insync.replicas'
  }
  check(turn, kind, resourceName, result, wanted)
  // Whoever was eligible under the old minimum may not be under the new one.
  if (minInSyncChanges && elrEnabled(image)) made.push(...clearedElr(image, kind, resourceName))
  return made
}

function clearedElr(
  image: MetadataImage,
  kind: ResourceKind,
  resourceName: string,
): MetadataRecord[] {
  if (kind !== 'topic' && !(kind === 'broker' && resourceName === '')) return []
  const topicName = kind === 'topic' ? resourceName : ''
  const topics = kind === 'topic' ? [topicName] : [...image.topicsByName.keys()]
  return [
    record('clearElr', 0, { topicName }),
    ...topics.flatMap((name) => keptEligible(image, name)),
  ]
}

/**
 * A partition without anybody in sync has nobody else who could lead it again. Nothing was acknowledged since they became eligible,
 * so that under any minimum they have all that was.
 */
function keptEligible(image: MetadataImage, name: string): MetadataRecord[] {
  const topic = image.topicsByName.get(name)
  const version = recordVersions(image).partition
  return [...(topic?.partitions.entries() ?? [])].flatMap(
    ([partitionId, { isr, ...partition }]) => {
      const { elr, lastKnownElr } = partition
      if (isr.length > 0 || (elr.length === 0 && lastKnownElr.length === 0)) return []
      const at = { topicId: topic!.id, partitionId }
      const kept = { eligibleLeaderReplicas: [...elr], lastKnownElr: [...lastKnownElr] }
      return [record('partitionChange', version, { ...at, ...kept })]
    },
  )
}

function check(
  turn: Turn,
  kind: ResourceKind,
  resourceName: string,
  result: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string | null>,
): void {
  const broker = brokerConfigs(turn)
  switch (kind) {
    case 'topic': {
      const objection = topicConfigsFault(broker, result)
      return objection === null ? undefined : refuse('INVALID_CONFIG', objection)
    }
    case 'group': {
      const objection = groupConfigsFault(broker, result)
      return objection === null ? undefined : refuse('INVALID_CONFIG', objection)
    }
    case 'clientMetrics': {
      const objection = clientMetricsFault(result)
      return objection === null ? undefined : refuse(objection.error, objection.message)
    }
    case 'broker':
      return checkBrokerConfigs(turn, resourceName, wanted, result)
  }
}
