/** What a broker and controller tells of itself when it joins its cluster. */
import { uuidFrom } from '../base/uuid.ts'
import type { Random } from '../host/random.ts'
import type { LogManager } from '../log/log-manager.ts'
import type { Listeners } from './listen.ts'
import type { Registration } from './quorum/broker-lifecycle.ts'
import type { Settings } from './settings.ts'

export function registrationOf({
  listeners,
  settings,
  logs,
  random,
}: {
  listeners: Listeners
  settings: Settings
  logs: LogManager
  random: Random
}): Registration {
  const { previousBrokerEpoch } = logs
  // As in Kafka, without those that have failed: of some nobody could read the id.
  const logDirs = online(logs)
  return {
    endpoints: listeners.endpoints(),
    controllerEndpoints: listeners.endpoints('controller'),
    rack: settings.get('broker.rack'),
    incarnationId: uuidFrom(random),
    logDirs,
    offlineLogDirs: () => {
      const now = online(logs)
      return logDirs.filter((id) => !now.includes(id))
    },
    onDirectoryFailed: (listener) => logs.onDirectoryOffline(listener),
    // Of a broker that was stopped in an orderly way.
    ...(previousBrokerEpoch === null ? {} : { previousBrokerEpoch }),
  }
}

const online = (logs: LogManager): string[] =>
  logs.directoryPlaces().flatMap(({ id, online }) => (online ? [id] : []))
