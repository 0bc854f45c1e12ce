/** Brokers and controllers join the cluster, and brokers leave it for good (KIP-631, 919). */
import type { brokerRegistration } from '../protocol/apis/broker-registration.ts'
import type { controllerRegistration } from '../protocol/apis/controller-registration.ts'
import type { unregisterBroker } from '../protocol/apis/unregister-broker.ts'
import type { RequestOf, SentResponseOf } from '../protocol/schema.ts'
import { leaveInSyncSets, leaveUncleanly } from './broker-changes.ts'
import { brokerConfigs, newSession, offsetOfNext, remember, type Turn } from './controller.ts'
import { attempt, fault, noFault, refuse } from './faults.ts'
import { recordVersions } from './features.ts'
import { type BrokerImage, elrEnabled } from './image.ts'

type Request = RequestOf<typeof brokerRegistration>

export function registerBroker(
  turn: Turn,
  request: Request,
): SentResponseOf<typeof brokerRegistration> {
  let brokerEpoch = -1n
  const { errorCode } = attempt(() => {
    brokerEpoch = register(turn, request)
  })
  return { throttleTimeMs: 0, errorCode, brokerEpoch }
}

function register(turn: Turn, request: Request): bigint {
  const { image, controller } = turn
  const { brokerId, incarnationId } = request
  const { clusterId } = controller.settings
  if (request.clusterId !== clusterId) {
    refuse(
      'INCONSISTENT_CLUSTER_ID',
      `Expected cluster ID ${clusterId}, but got cluster ID ${request.clusterId}`,
    )
  }
  const existing = image.brokers.get(brokerId)
  const known = existing?.incarnationId === incarnationId
  if (existing !== undefined && !known && isStillThere(turn, existing, request)) {
    refuse('DUPLICATE_BROKER_REGISTRATION', 'Another broker is registered with that broker id.')
  }
  checkDirectories(turn, request)
  checkFeatures(turn, request)
  const { registerBroker: version, directories } = recordVersions(image)
  const epoch = known ? existing.epoch : offsetOfNext(turn)
  if (existing !== undefined && !known) {
    const clean = request.previousBrokerEpoch === existing.epoch
    if (clean || !elrEnabled(image)) leaveInSyncSets(turn, brokerId)
    else leaveUncleanly(turn, brokerId)
  }
  remember(turn, 'registerBroker', version, {
    brokerId,
    incarnationId,
    brokerEpoch: epoch,
    endPoints: request.listeners,
    features: request.features,
    rack: request.rack,
    fenced: known ? existing.fenced : true,
    inControlledShutdown: known ? existing.inControlledShutdown : false,
    ...(directories ? { logDirs: request.logDirs } : {}),
  })
  if (!known) controller.sessions.set(brokerId, newSession(turn.now))
  return epoch
}

/**
 * Kafka lets a new incarnation wait until the session of the old one has run out. A process that holds the same log
 * directories proves more: their locks can only be had when the old process is dead.
 */
function isStillThere(
  { controller, now, ...turn }: Turn,
  existing: BrokerImage,
  request: Request,
): boolean {
  if (existing.fenced || existing.inControlledShutdown) return false
  if (request.logDirs.some((each) => existing.logDirs.includes(each))) return false
  const session = controller.sessions.get(existing.id)
  if (session === undefined) return false
  const timeoutMs = brokerConfigs({ controller, now, ...turn }).get('broker.session.timeout.ms')
  return now - session.lastContactAt < timeoutMs
}

const reservedDirectory = /^A{20}A[A-Za-f]/

function checkDirectories({ image }: Turn, { brokerId, logDirs }: Request): void {
  if (!recordVersions(image).directories) return
  const error = 'INVALID_REGISTRATION'
  if (logDirs.length === 0) refuse(error, 'No directories specified in request')
  if (logDirs.some((each) => reservedDirectory.test(each))) {
    refuse(error, 'Reserved directory ID in request')
  }
  if (new Set(logDirs).size !== logDirs.length) {
    refuse(error, 'Duplicate directory ID in request')
  }
  for (const { id, logDirs: taken } of image.brokers.values()) {
    const shared = taken.find((each) => id !== brokerId && logDirs.includes(each))
    if (shared !== undefined) {
      refuse(error, `Broker ${id} is already registered with directory ${shared}`)
    }
  }
}

function checkFeatures({ image }: Turn, { brokerId, features }: Request): void {
  for (const [name, level] of image.features) {
    const range = features.find((each) => each.name === name)
    if (range === undefined && level === 0) continue
    if (
      range !== undefined &&
      range.minSupportedVersion <= level &&
      level <= range.maxSupportedVersion
    ) {
      continue
    }
    refuse(
      'UNSUPPORTED_VERSION',
      `Unable to register because broker ${brokerId} does not support finalized version ${level} of ${name}.`,
    )
  }
}

export function registerController(
  turn: Turn,
  request: RequestOf<typeof controllerRegistration>,
): SentResponseOf<typeof controllerRegistration> {
  const { controllerId, incarnationId, zkMigrationReady, listeners, features } = request
  const answered = attempt(() => {
    if (!recordVersions(turn.image).controllers) {
      refuse(
        'UNSUPPORTED_VERSION',
        'The current MetadataVersion is too old to support controller registrations.',
      )
    }
    remember(turn, 'registerController', 0, {
      controllerId,
      incarnationId,
      zkMigrationReady,
      endPoints: listeners,
      features,
    })
  })
  return { throttleTimeMs: 0, ...answered }
}

export function unregister(
  turn: Turn,
  { brokerId }: RequestOf<typeof unregisterBroker>,
): SentResponseOf<typeof unregisterBroker> {
  const broker = turn.image.brokers.get(brokerId)
  if (broker === undefined) {
    return {
      throttleTimeMs: 0,
      ...fault('BROKER_ID_NOT_REGISTERED', `Broker ID ${brokerId} is not currently registered`),
    }
  }
  leaveUncleanly(turn, brokerId)
  remember(turn, 'unregisterBroker', 0, { brokerId, brokerEpoch: broker.epoch })
  turn.controller.sessions.delete(brokerId)
  return { throttleTimeMs: 0, ...noFault }
}

/** Only the incarnation that is registered may speak for a broker. Throws STALE_BROKER_EPOCH. */
export function checkEpoch(turn: Turn, brokerId: number, brokerEpoch: bigint): BrokerImage {
  const broker = turn.image.brokers.get(brokerId)
  if (broker === undefined) {
    return refuse('STALE_BROKER_EPOCH', `No broker registration found for broker id ${brokerId}`)
  }
  if (broker.epoch !== brokerEpoch) {
    refuse(
      'STALE_BROKER_EPOCH',
      `Expected broker epoch ${broker.epoch}, but got broker epoch ${brokerEpoch}`,
    )
  }
  return broker
}
