/** A group's coordinator, looked up when it is needed and again after it moved or went away. */
import type { ErrorName, KafkaError } from '../../protocol/errors.ts'
import type { Connection } from '../../wire/connection.ts'
import type { Cluster } from '../cluster.ts'
import { coordinatorOf } from '../coordinators.ts'

/** Errors after which somebody else may be the coordinator. */
const gone: readonly ErrorName[] = [
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'NETWORK_EXCEPTION',
  'REQUEST_TIMED_OUT',
]

export class CoordinatorLink {
  readonly #cluster: Cluster
  readonly #groupId: string
  #brokerId: number | null = null

  constructor(cluster: Cluster, groupId: string) {
    this.#cluster = cluster
    this.#groupId = groupId
  }

  /** Tries once; whoever needs it repeats, with `forget` in between. */
  async connection(): Promise<Connection> {
    if (this.#brokerId === null) {
      this.#brokerId = (await coordinatorOf(this.#cluster, 'group', this.#groupId)).id
    }
    return this.#cluster.broker(this.#brokerId, 'coordinator')
  }

  /** Takes note of an error; true if the same question is worth asking again. */
  note(error: KafkaError): boolean {
    if (gone.includes(error.error)) this.#brokerId = null
    return gone.includes(error.error) || error.error === 'COORDINATOR_LOAD_IN_PROGRESS'
  }
}
