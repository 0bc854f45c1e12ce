/**
 * The active controller: it decides on commands by the rules of KRaft (KIP-500, 631) and says which records must be
 * written. It decides on its own image, into which every record goes the moment it is decided; what is committed is the
 * shell's business. A controller that was deposed, or whose write failed, is dropped.
 */
import { BrokerConfigs, type Properties } from '../protocol/configs/effective.ts'
import { resourceTypes } from '../protocol/configs/resource-types.ts'
import type { AnyApi, SentOf } from '../protocol/schema.ts'
import { applyRecord } from './apply.ts'
import { bootstrap } from './bootstrap.ts'
import { CollidingNames } from './colliding-names.ts'
import { commandOf } from './commands.ts'
import { configsOf, elrEnabled, type MetadataImage } from './image.ts'
import {
  type MetadataRecord,
  type RecordKind,
  type RecordOf,
  record,
  type recordSchemas,
} from './records.ts'
import { sweep } from './sweep.ts'

/** Chance comes in as an argument, as time does (house, rule 7). */
export interface Chance {
  number(): number
  bytes(size: number): Uint8Array
}

/** What the controller has seen of a broker; it is not written down, and a new controller begins with the benefit of the doubt. */
export interface Session {
  lastContactAt: number
  /** The last record that the broker has applied. */
  metadataOffset: bigint
  /** The offset that everyone must have seen before a broker in controlled shutdown may go. */
  shutdownOffset: bigint | null
}

export interface ControllerSettings {
  readonly nodeId: number
  readonly clusterId: string
  /** The properties file, for the defaults of topics. */
  readonly fixed: Properties
  /** The level of kraft.version, which no record of the metadata tells; 0 where nobody says. */
  readonly kraftVersion?: () => number
}

export interface Controller {
  readonly settings: ControllerSettings
  readonly image: MetadataImage
  readonly sessions: Map<number, Session>
  /** Where the next record will stand; the shell keeps it true. */
  nextOffset: bigint
  /** Of the topics in the image. */
  readonly colliding: CollidingNames
  /** Derived from the image and forgotten when a broker's configuration changes. */
  configs: BrokerConfigs | null
  /** When leaders were last moved back to their preferred replicas. */
  balancedAt: number
  sweptAt: number
}

export type ControllerEvent =
  /** The log is empty: these are the cluster's first records. */
  | { kind: 'bootstrap'; records: readonly MetadataRecord[] }
  | { kind: 'command'; ask: number; api: AnyApi; request: unknown }
  /** It is time to look after sessions and leaders. */
  | { kind: 'sweep' }
  | { kind: 'idle' }
  /** A broker's process is gone: no need to wait for its session. */
  | { kind: 'broker-gone'; id: number }

export type ControllerEffect =
  | { kind: 'persist'; records: readonly MetadataRecord[] }
  /** To be sent once all that was written before it is committed. */
  | { kind: 'answer'; ask: number; response: unknown }
  | { kind: 'arm-sweep'; at: number }

export interface Turn {
  readonly controller: Controller
  readonly image: MetadataImage
  readonly now: number
  readonly chance: Chance
  readonly records: MetadataRecord[]
}

export function newController(options: {
  settings: ControllerSettings
  /** Belongs to the controller from now on. */
  image: MetadataImage
  nextOffset: bigint
  now: number
}): Controller {
  const { settings, image, nextOffset, now } = options
  const sessions = new Map<number, Session>()
  const colliding = new CollidingNames(image.topicsByName.keys())
  for (const { id, fenced } of image.brokers.values()) {
    if (!fenced) sessions.set(id, newSession(now))
  }
  return {
    settings,
    image,
    sessions,
    nextOffset,
    colliding,
    configs: null,
    balancedAt: now,
    sweptAt: now,
  }
}

export const newSession = (now: number): Session => ({
  lastContactAt: now,
  metadataOffset: -1n,
  shutdownOffset: null,
})

export function step(
  controller: Controller,
  event: ControllerEvent,
  { now, chance }: { now: number; chance: Chance },
): ControllerEffect[] {
  const { image } = controller
  const turn: Turn = { controller, image, now, chance, records: [] }
  const effects: ControllerEffect[] = []
  switch (event.kind) {
    case 'bootstrap':
      bootstrap(turn, event.records)
      break
    case 'command': {
      const { ask, api, request } = event
      const response = commandOf(api)(turn, request)
      effects.push({ kind: 'answer', ask, response })
      break
    }
    case 'sweep':
      effects.push({ kind: 'arm-sweep', at: sweep(turn) })
      break
    case 'idle':
      remember(turn, 'noOp', 0, {})
      break
    case 'broker-gone':
      sweep(turn, event.id)
      break
  }
  // First: an answer may leave only when what it tells of is safe.
  if (turn.records.length > 0) effects.unshift({ kind: 'persist', records: turn.records })
  return effects
}

/** Changes the image and asks that the record be written; the two are never apart. */
export function remember<K extends RecordKind>(
  turn: Turn,
  kind: K,
  version: number,
  value: SentOf<(typeof recordSchemas)[K]>,
): void {
  keep(turn, record(kind, version, value))
}

export function keep(turn: Turn, made: RecordOf<RecordKind>): void {
  const { controller, image, records } = turn
  follow(turn, made as MetadataRecord)
  applyRecord(image, made as MetadataRecord)
  records.push(made as MetadataRecord)
  controller.nextOffset++
}

/** What is derived from the image changes with it. */
function follow({ controller, image }: Turn, made: MetadataRecord): void {
  switch (made.kind) {
    case 'topic':
      return controller.colliding.add(made.value.name)
    case 'removeTopic':
      return controller.colliding.remove(image.topicsById.get(made.value.topicId)!.name)
    case 'config':
      if (made.value.resourceType === resourceTypes.broker) controller.configs = null
      return
  }
}

/** What brokers are configured to do, as far as the controller knows: its own file and the cluster's dynamic defaults. */
export function brokerConfigs({ controller, image }: Turn): BrokerConfigs {
  controller.configs ??= new BrokerConfigs({
    fixed: controller.settings.fixed,
    clusterDefault: configsOf(image, 'broker', ''),
    broker: configsOf(image, 'broker', String(controller.settings.nodeId)),
  })
  return controller.configs
}

/** With eligible leader replicas only the topic's and the cluster's own value count (KIP-966). */
export function minInSyncReplicas(turn: Turn, topic: string): number {
  const { image } = turn
  const overrides = configsOf(image, 'topic', topic)
  const text =
    overrides.get('min.insync.replicas') ??
    configsOf(image, 'broker', '').get('min.insync.replicas')
  if (text !== undefined) return Number(text)
  return elrEnabled(image) ? 1 : brokerConfigs(turn).get('min.insync.replicas')
}

/** Where the record that is decided next will stand. */
export function offsetOfNext({ controller }: Turn): bigint {
  return controller.nextOffset
}
