/** UpdateFeatures: all of the changes or none (KIP-584, KIP-1022). */
import type { updateFeatures } from '../protocol/apis/update-features.ts'
import { resourceTypes } from '../protocol/configs/resource-types.ts'
import type { RequestOf, SentResponseOf } from '../protocol/schema.ts'
import { keep, type Turn } from './controller.ts'
import { attempt, refuse } from './faults.ts'
import { dependencyFault, features, metadataChangesBetween } from './features.ts'
import { configsOf, type SupportedFeature } from './image.ts'
import { type MetadataRecord, record } from './records.ts'

type Request = RequestOf<typeof updateFeatures>
type Update = Request['featureUpdates'][number]

const upgrade = 1
const safeDowngrade = 2
const unsafeDowngrade = 3
const elr = 'eligible.leader.replicas.version'

export function changeFeatures(
  turn: Turn,
  request: Request,
): SentResponseOf<typeof updateFeatures> {
  const made: MetadataRecord[] = []
  const answered = attempt(() => {
    for (const update of request.featureUpdates) made.push(...change(turn, update))
    const levels = new Map(turn.image.features)
    for (const { feature, maxVersionLevel } of request.featureUpdates) {
      levels.set(feature, maxVersionLevel)
    }
    const fault = dependencyFault(levels)
    if (fault !== null) refuse('INVALID_UPDATE_VERSION', fault)
  })
  if (answered.errorCode !== 0) {
    const errorMessage = `The update failed for all features since the following feature had an error: ${answered.errorMessage}`
    return { throttleTimeMs: 0, errorCode: answered.errorCode, errorMessage, results: [] }
  }
  if (!request.validateOnly) for (const each of made) keep(turn, each)
  const results = request.featureUpdates.map(({ feature }) => ({
    feature,
    errorCode: 0,
    errorMessage: null,
  }))
  return { throttleTimeMs: 0, errorCode: 0, errorMessage: null, results }
}

function change(turn: Turn, update: Update): MetadataRecord[] {
  const { feature, maxVersionLevel: level } = update
  const type = update.allowDowngrade ? safeDowngrade : update.upgradeType
  const no = (why: string): never =>
    refuse(
      'INVALID_UPDATE_VERSION',
      `Invalid update version ${level} for feature ${feature}. ${why}`,
    )
  if (type < upgrade || type > unsafeDowngrade)
    no('The controller does not support the given upgrade type.')
  if (level < 0) no('A feature version cannot be less than 0.')
  const unsupported = unsupportedBy(turn, feature, level)
  if (unsupported !== null) no(unsupported)
  const current =
    feature === 'kraft.version'
      ? (turn.controller.settings.kraftVersion?.() ?? 0)
      : (turn.image.features.get(feature) ?? 0)
  if (level < current && type === upgrade) {
    no(
      "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade.",
    )
  }
  if (level > current && type !== upgrade) no("Can't downgrade to a newer version.")
  if (feature === 'metadata.version') checkMetadataVersion(current, level, type)
  else if (!features.some(({ name }) => name === feature)) no(`Feature ${feature} not found.`)
  if (feature === 'kraft.version') {
    // No record of the controller's: the quorum writes it, and the way back is none of Kafka's either.
    if (level >= current) return []
    no("Can't downgrade the version of this feature.")
  }
  if (level === current) return []
  const made: MetadataRecord[] = [record('featureLevel', 0, { name: feature, featureLevel: level })]
  return feature === elr && level > 0 ? [...made, ...elrSafetyRecords(turn)] : made
}

function checkMetadataVersion(current: number, level: number, type: number): void {
  if (level >= current || !metadataChangesBetween(level, current)) return
  const why =
    type === unsafeDowngrade
      ? 'Unsafe metadata downgrade is not supported in this version.'
      : 'Refusing to perform the requested downgrade because it might delete metadata information.'
  refuse(
    'INVALID_UPDATE_VERSION',
    `Unsupported metadata.version downgrade from ${current} to ${level}. ${why}`,
  )
}

function unsupportedBy({ controller, image }: Turn, feature: string, level: number): string | null {
  const own = features.find(({ name }) => name === feature)
  const range = own === undefined ? none : { min: own.lowest, max: own.highest }
  const local = objection(`Local controller ${controller.settings.nodeId}`, range, level)
  if (local !== null) return local
  for (const { id, features: known } of image.controllers.values()) {
    if (id === controller.settings.nodeId) continue
    const fault = objection(`Controller ${id}`, rangeOf(known, feature), level)
    if (fault !== null) return fault
  }
  for (const { id, features: known } of image.brokers.values()) {
    const fault = objection(`Broker ${id}`, rangeOf(known, feature), level)
    if (fault !== null) return fault
  }
  return null
}

const none = { min: 0, max: 0 }

function rangeOf(known: readonly SupportedFeature[], feature: string) {
  const found = known.find(({ name }) => name === feature)
  return found === undefined
    ? none
    : { min: found.minSupportedVersion, max: found.maxSupportedVersion }
}

function objection(who: string, { min, max }: typeof none, level: number): string | null {
  if (level >= min && level <= max) return null
  return max === 0
    ? `${who} does not support this feature.`
    : `${who} only supports versions ${min}-${max}`
}

/**
 * With eligible leader replicas the minimum of in-sync replicas must be the same wherever it is looked at: it is set for the
 * cluster, and no broker keeps its own (KIP-966).
 */
export function elrSafetyRecords(turn: Turn): MetadataRecord[] {
  const name = 'min.insync.replicas'
  const made: MetadataRecord[] = []
  const config = (resourceName: string, value: string | null) =>
    record('config', 0, { resourceType: resourceTypes.broker, resourceName, name, value })
  if (!configsOf(turn.image, 'broker', '').has(name)) {
    made.push(config('', turn.controller.settings.fixed.get(name) ?? '1'))
  }
  for (const [resourceName, values] of turn.image.configs.get(resourceTypes.broker) ?? []) {
    if (resourceName !== '' && values.has(name)) made.push(config(resourceName, null))
  }
  return made
}
