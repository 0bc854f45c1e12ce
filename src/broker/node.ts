/**
 * One broker, put together: log directories, metadata quorum, replicas, coordinators, listeners. Everything that it
 * touches outside itself comes in through `host`, so that a simulated world can hold many of them.
 */
import { zeroUuid } from '../base/uuid.ts'
import type { Clock } from '../host/clock.ts'
import type { Disk } from '../host/disk.ts'
import type { Address, Net } from '../host/net.ts'
import type { Random } from '../host/random.ts'
import { LogManager } from '../log/log-manager.ts'
import { BrokerConfigs, own, type Properties } from '../protocol/configs/effective.ts'
import { type Configs, type ConfigValue, configValue } from '../protocol/configs.ts'
import { KafkaError } from '../protocol/errors.ts'
import type { Broker } from './broker.ts'
import { endpointsOf } from './endpoints.ts'
import { FetchSessions } from './fetch-sessions.ts'
import { GroupCoordinator } from './groups.ts'
import { servedOn } from './handlers/index.ts'
import { internalTopics } from './internal-topics.ts'
import { coordinatorJournal } from './journal.ts'
import { parseListeners, unixListener } from './listeners.ts'
import type { Logger } from './logger.ts'
import { ownConfigs } from './own-configs.ts'
import { ProducerIds } from './producer-ids.ts'
import { MetadataQuorum } from './quorum.ts'
import { Replicas } from './replicas.ts'
import { Server } from './server.ts'
import { Settings } from './settings.ts'

export interface Host {
  readonly clock: Clock
  readonly random: Random
  readonly disk: Disk
  readonly net: Net
}

export interface NodeOptions {
  readonly host: Host
  readonly logger: Logger
  /** The properties file with the overrides of the command line. */
  readonly properties: Properties
}

const offsetsTopic = '__consumer_offsets'
