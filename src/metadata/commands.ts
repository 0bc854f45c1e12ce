/** The registry of what the active controller decides on: an API of Kafka and its rule. */

import { assert } from '../base/assert.ts'
import { allocateProducerIds } from '../protocol/apis/allocate-producer-ids.ts'
import { alterClientQuotas } from '../protocol/apis/alter-client-quotas.ts'
import { alterConfigs } from '../protocol/apis/alter-configs.ts'
import { alterPartition } from '../protocol/apis/alter-partition.ts'
import { alterPartitionReassignments } from '../protocol/apis/alter-partition-reassignments.ts'
import { assignReplicasToDirs } from '../protocol/apis/assign-replicas-to-dirs.ts'
import { brokerHeartbeat } from '../protocol/apis/broker-heartbeat.ts'
import { brokerRegistration } from '../protocol/apis/broker-registration.ts'
import { controllerRegistration } from '../protocol/apis/controller-registration.ts'
import { createPartitions } from '../protocol/apis/create-partitions.ts'
import { createTopics } from '../protocol/apis/create-topics.ts'
import { deleteTopics } from '../protocol/apis/delete-topics.ts'
import { electLeaders } from '../protocol/apis/elect-leaders.ts'
import { incrementalAlterConfigs } from '../protocol/apis/incremental-alter-configs.ts'
import { listPartitionReassignments } from '../protocol/apis/list-partition-reassignments.ts'
import { unregisterBroker } from '../protocol/apis/unregister-broker.ts'
import { updateFeatures } from '../protocol/apis/update-features.ts'
import type { AnyApi, RequestOf, SentResponseOf } from '../protocol/schema.ts'
import { alterIncrementally, alterWholly } from './alter-configs.ts'
import { alterInSync } from './alter-partition.ts'
import { heartbeat } from './broker-heartbeat.ts'
import { registerBroker, registerController, unregister } from './broker-registration.ts'
import type { Turn } from './controller.ts'
import { extendTopics } from './create-partitions.ts'
import { makeTopics } from './create-topics.ts'
import { removeTopics } from './delete-topics.ts'
import { assignDirectories } from './directories.ts'
import { elect } from './elect-leaders.ts'
import { giveProducerIds } from './producer-ids.ts'
import { changeQuotas } from './quotas.ts'
import { listReassignments, reassign } from './reassign.ts'
import { changeFeatures } from './update-features.ts'

export type Rule<A> = (turn: Turn, request: RequestOf<A>) => SentResponseOf<A>
type AnyRule = (turn: Turn, request: unknown) => unknown
type Entry = { readonly api: AnyApi; readonly decide: AnyRule }

const rule = <A extends AnyApi>(api: A, decide: Rule<A>): Entry => ({
  api,
  decide: decide as AnyRule,
})

const entries: readonly Entry[] = [
  rule(createTopics, makeTopics),
  rule(deleteTopics, removeTopics),
  rule(createPartitions, extendTopics),
  rule(incrementalAlterConfigs, alterIncrementally),
  rule(alterConfigs, alterWholly),
  rule(brokerRegistration, registerBroker),
  rule(controllerRegistration, registerController),
  rule(brokerHeartbeat, heartbeat),
  rule(unregisterBroker, unregister),
  rule(alterPartition, alterInSync),
  rule(electLeaders, elect),
  rule(alterPartitionReassignments, reassign),
  rule(listPartitionReassignments, listReassignments),
  rule(assignReplicasToDirs, assignDirectories),
  rule(allocateProducerIds, giveProducerIds),
  rule(alterClientQuotas, changeQuotas),
  rule(updateFeatures, changeFeatures),
]

export const commandApis: readonly AnyApi[] = entries.map(({ api }) => api)

const rules = new Map(entries.map(({ api, decide }) => [api.key, decide]))

export function isCommand(api: AnyApi): boolean {
  return rules.has(api.key)
}

export function commandOf(api: AnyApi): AnyRule {
  const found = rules.get(api.key)
  assert(found !== undefined, `${api.name} is no command of the controller`)
  return found
}
