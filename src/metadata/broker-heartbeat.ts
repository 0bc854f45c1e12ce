/**
 * A broker's life as the controller sees it (KIP-631).
 *
 *   fenced ──caught up──▶ unfenced ──wants to stop, leads──▶ controlled shutdown ──leads nothing──▶ fenced, may stop
 *     ▲                      │
 *     └── wants it, silent ──┘
 */
import type { brokerHeartbeat } from '../protocol/apis/broker-heartbeat.ts'
import type { RequestOf, SentResponseOf } from '../protocol/schema.ts'
import {
  changeBroker,
  enterControlledShutdown,
  fence,
  leadsAnything,
  unfence,
} from './broker-changes.ts'
import { checkEpoch } from './broker-registration.ts'
import { newSession, type Session, type Turn } from './controller.ts'
import { markOffline } from './directories.ts'
import { attempt } from './faults.ts'
import { recordVersions } from './features.ts'
import type { BrokerImage } from './image.ts'

type Request = RequestOf<typeof brokerHeartbeat>
type Response = SentResponseOf<typeof brokerHeartbeat>
type State = 'fenced' | 'unfenced' | 'controlled-shutdown' | 'shutdown-now'

export function heartbeat(turn: Turn, request: Request): Response {
  let response: Response | null = null
  const { errorCode } = attempt(() => {
    response = alive(turn, request)
  })
  const refused = {
    throttleTimeMs: 0,
    errorCode,
    isCaughtUp: false,
    isFenced: true,
    shouldShutDown: false,
  }
  return response ?? refused
}

function alive(turn: Turn, request: Request): Response {
  const { brokerId, brokerEpoch, currentMetadataOffset } = request
  const broker = checkEpoch(turn, brokerId, brokerEpoch)
  const session = touch(turn, request)
  const isCaughtUp = currentMetadataOffset >= broker.epoch
  const next = nextState(turn, broker, session, request)
  move(turn, broker, session, next)
  changeDirectories(turn, brokerId, request)
  const isFenced = next === 'fenced' || next === 'shutdown-now'
  return {
    throttleTimeMs: 0,
    errorCode: 0,
    isCaughtUp,
    isFenced,
    shouldShutDown: next === 'shutdown-now',
  }
}

function touch({ controller, now }: Turn, { brokerId, currentMetadataOffset }: Request): Session {
  const session = controller.sessions.get(brokerId) ?? newSession(now)
  controller.sessions.set(brokerId, session)
  session.lastContactAt = now
  session.metadataOffset = currentMetadataOffset
  return session
}

function stateOf({ fenced, inControlledShutdown }: BrokerImage): State {
  if (fenced) return 'fenced'
  return inControlledShutdown ? 'controlled-shutdown' : 'unfenced'
}

function nextState(turn: Turn, broker: BrokerImage, session: Session, request: Request): State {
  const { wantFence, wantShutDown, currentMetadataOffset } = request
  switch (stateOf(broker)) {
    case 'fenced':
      if (wantShutDown) return 'shutdown-now'
      return wantFence || currentMetadataOffset < broker.epoch ? 'fenced' : 'unfenced'
    case 'unfenced':
      if (wantFence) return wantShutDown ? 'shutdown-now' : 'fenced'
      if (!wantShutDown) return 'unfenced'
      return leadsAnything(turn.image, broker.id) ? 'controlled-shutdown' : 'shutdown-now'
    default:
      if (leadsAnything(turn.image, broker.id)) return 'controlled-shutdown'
      return everyoneHasSeen(turn, session) ? 'shutdown-now' : 'controlled-shutdown'
  }
}

/** The others must know the new leaders before the old one closes its doors. */
function everyoneHasSeen({ controller, image }: Turn, { shutdownOffset }: Session): boolean {
  if (shutdownOffset === null) return true
  for (const [id, { metadataOffset }] of controller.sessions) {
    const broker = image.brokers.get(id)
    if (broker === undefined || broker.fenced) continue
    if (metadataOffset < shutdownOffset) return false
  }
  return true
}

function move(turn: Turn, broker: BrokerImage, session: Session, next: State): void {
  const state = stateOf(broker)
  if (state === next) return
  switch (next) {
    case 'unfenced':
      return unfence(turn, broker.id)
    case 'controlled-shutdown':
      enterControlledShutdown(turn, broker.id)
      session.shutdownOffset = turn.controller.nextOffset - 1n
      return
    case 'fenced':
    case 'shutdown-now':
      if (!broker.fenced) fence(turn, broker.id)
      return
  }
}

function changeDirectories(turn: Turn, brokerId: number, request: Request): void {
  const { offlineLogDirs, cordonedLogDirs } = request
  const versions = recordVersions(turn.image)
  if (versions.directories && offlineLogDirs.length > 0) markOffline(turn, brokerId, offlineLogDirs)
  const broker = turn.image.brokers.get(brokerId)!
  if (versions.registerBroker < 4 || cordonedLogDirs === null) return
  const known = broker.cordonedLogDirs
  if (known !== null && known.length === cordonedLogDirs.length) {
    if (cordonedLogDirs.every((each) => known.includes(each))) return
  }
  changeBroker(turn, brokerId, 3, { cordonedLogDirs })
}
