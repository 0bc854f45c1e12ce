/** A controller alone, with what it needs around it: for trying its rules. */

import { initialRecords } from '../../src/metadata/bootstrap.ts'
import {
  type Controller,
  type ControllerEvent,
  newController,
  step,
} from '../../src/metadata/controller.ts'
import { supportedFeatures } from '../../src/metadata/features.ts'
import { emptyImage, type MetadataImage, type PartitionImage } from '../../src/metadata/image.ts'
import type { MetadataRecord } from '../../src/metadata/records.ts'
import { brokerHeartbeat } from '../../src/protocol/apis/broker-heartbeat.ts'
import { brokerRegistration } from '../../src/protocol/apis/broker-registration.ts'
import { createTopics } from '../../src/protocol/apis/create-topics.ts'
import type { AnyApi, RequestOf, ResponseOf } from '../../src/protocol/schema.ts'

export const clusterId = 'testtesttesttesttestes'

export class Cluster {
  readonly controller: Controller
  now = 1_000_000
  /** Everything decided so far, in order. */
  readonly log: MetadataRecord[] = []
  #random = 12345

  constructor(properties: Record<string, string> = {}) {
    this.controller = newController({
      settings: { nodeId: 1, clusterId, fixed: new Map(Object.entries(properties)) },
      image: emptyImage(),
      nextOffset: 1n,
      now: this.now,
    })
    this.event({ kind: 'bootstrap', records: initialRecords() })
  }

  get image(): MetadataImage {
    return this.controller.image
  }

  event(event: ControllerEvent): unknown {
    const random = () => {
      this.#random = (Math.imul(this.#random, 1664525) + 1013904223) | 0
      return (this.#random >>> 0) / 2 ** 32
    }
    const chance = {
      number: random,
      bytes: (size: number) => Uint8Array.from({ length: size }, () => random() * 256),
    }
    let response: unknown
    for (const effect of step(this.controller, event, { now: this.now, chance })) {
      if (effect.kind === 'persist') this.log.push(...effect.records)
      if (effect.kind === 'answer') response = effect.response
    }
    return response
  }

  ask<A extends AnyApi>(api: A, request: RequestOf<A>): ResponseOf<A> {
    return this.event({ kind: 'command', ask: 1, api, request }) as ResponseOf<A>
  }

  /** What the event decides, as records. */
  records(act: () => unknown): MetadataRecord[] {
    const before = this.log.length
    act()
    return this.log.slice(before)
  }

  register(id: number, options: Partial<RequestOf<typeof brokerRegistration>> = {}) {
    return this.ask(brokerRegistration, {
      brokerId: id,
      clusterId,
      incarnationId: uuid(`incarnation${id}`),
      listeners: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: 9000 + id, securityProtocol: 0 }],
      features: [...supportedFeatures],
      rack: null,
      isMigratingZkBroker: false,
      logDirs: [uuid(`directory${id}`)],
      previousBrokerEpoch: -1n,
      ...options,
    })
  }

  beat(id: number, options: Partial<RequestOf<typeof brokerHeartbeat>> = {}) {
    return this.ask(brokerHeartbeat, {
      brokerId: id,
      brokerEpoch: this.image.brokers.get(id)!.epoch,
      currentMetadataOffset: this.controller.nextOffset - 1n,
      wantFence: false,
      wantShutDown: false,
      offlineLogDirs: [],
      cordonedLogDirs: null,
      ...options,
    })
  }

  /** Brokers 1 to `count`, alive. */
  brokers(count: number): this {
    for (let id = 1; id <= count; id++) {
      this.register(id)
      this.beat(id)
    }
    return this
  }

  create(name: string, wanted: CreateOptions = {}) {
    const {
      numPartitions,
      replicationFactor,
      replicas,
      configs = {},
      validateOnly = false,
    } = wanted
    const assignments = (replicas ?? []).map((brokerIds, partitionIndex) => ({
      partitionIndex,
      brokerIds,
    }))
    const manual = replicas !== undefined
    const topic = {
      name,
      numPartitions: numPartitions ?? (manual ? -1 : 1),
      replicationFactor: replicationFactor ?? (manual ? -1 : 1),
      assignments,
      configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
    }
    return this.ask(createTopics, { topics: [topic], timeoutMs: 0, validateOnly }).topics[0]!
  }

  partition(name: string, partition = 0): PartitionImage {
    return this.image.topicsByName.get(name)!.partitions[partition]!
  }
}

export interface CreateOptions {
  numPartitions?: number
  replicationFactor?: number
  replicas?: number[][]
  configs?: Record<string, string>
  validateOnly?: boolean
}

/** 22 characters that are somebody's own. */
export function uuid(text: string): string {
  return Buffer.from(text.padEnd(16, '.').slice(0, 16)).toString('base64url')
}
