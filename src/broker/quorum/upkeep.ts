/** A node sees to it that the quorum's voters say the right thing of it: it joins them where it is told to, and tells when it moves. */
import type { Cancel, Clock } from '../../host/clock.ts'
import { addRaftVoter } from '../../protocol/apis/add-raft-voter.ts'
import { removeRaftVoter } from '../../protocol/apis/remove-raft-voter.ts'
import { updateRaftVoter } from '../../protocol/apis/update-raft-voter.ts'
import { KafkaError } from '../../protocol/errors.ts'
import type { RaftNode } from '../../raft/node.ts'
import { currentVoters } from '../../raft/voter-history.ts'
import { isVoter, type ReplicaKey, type Voter } from '../../raft/voters.ts'
import type { Logger } from '../logger.ts'
import type { ToController } from './broker-lifecycle.ts'

export interface UpkeepOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly clusterId: string
  readonly node: RaftNode
  readonly own: Voter
  /** `controller.quorum.auto.join.enable`, on a controller. */
  readonly joins: boolean
  /** Of a local cluster: whoever lost its disk takes the place of who it was, and no other. */
  readonly replaces: boolean
  readonly intervalMs: () => number
  readonly controller: ToController
}

export type Wish =
  | { readonly kind: 'add' | 'update'; readonly voter: Voter }
  | { readonly kind: 'remove'; readonly key: ReplicaKey }

/** What a node wants changed; null where all is as it should be, or nothing can be changed. */
export function wish(
  node: Pick<RaftNode, 'voterSets' | 'leaderId'>,
  { own, joins, replaces }: { own: Voter; joins: boolean; replaces: boolean },
): Wish | null {
  const { kraftVersion, voters } = currentVoters(node)
  if (kraftVersion < 1 || node.leaderId < 0) return null
  const known = voters.find(({ id }) => id === own.id)
  if (known === undefined) return joins ? { kind: 'add', voter: own } : null
  // The id still stands for a disk that is gone: it goes first (KIP-853).
  if (known.directoryId !== own.directoryId) {
    return joins || replaces ? { kind: 'remove', key: known } : null
  }
  return saysTheSame(known, own) ? null : { kind: 'update', voter: own }
}

function saysTheSame(one: Voter, other: Voter): boolean {
  const text = ({ endpoints, kraftVersion: { min, max } }: Voter) =>
    JSON.stringify([endpoints.map(({ name, host, port }) => [name, host, port]), min, max])
  return text(one) === text(other)
}

/** By then the removal is committed and known here, mostly. */
const soonMs = 50

export class Upkeep {
  readonly #options: UpkeepOptions
  #timer: Cancel = () => {}
  #closed = false
  /** It has taken its lost disk out, and votes again as soon as it may. */
  #isReplacing = false

  constructor(options: UpkeepOptions) {
    this.#options = options
    this.#arm()
  }

  close(): void {
    this.#closed = true
    this.#timer()
  }

  #arm(delayMs = this.#options.intervalMs()): void {
    if (!this.#closed) this.#timer = this.#options.clock.schedule(delayMs, () => void this.#look())
  }

  async #look(): Promise<void> {
    const { node, own, replaces, logger } = this.#options
    if (isVoter(currentVoters(node).voters, own)) this.#isReplacing = false
    const joins = this.#options.joins || this.#isReplacing
    const wanted = wish(node, { own, replaces, joins })
    let isRemoved = false
    try {
      if (wanted !== null) {
        // Whether or not the answer arrives.
        if (wanted.kind === 'remove') this.#isReplacing = true
        const { errorCode } = await this.#ask(wanted)
        if (errorCode === 0) logger.info({ wanted: wanted.kind }, 'the voters of the quorum change')
        isRemoved = errorCode === 0 && wanted.kind === 'remove'
      }
    } catch (error) {
      // Nobody leads, or not for long: it is asked again.
      if (!(error instanceof KafkaError)) throw error
    } finally {
      // Until it votes again the others must all be there.
      this.#arm(isRemoved ? soonMs : undefined)
    }
  }

  #ask(wanted: Wish): Promise<{ errorCode: number }> {
    const { controller, clusterId, node, intervalMs } = this.#options
    if (wanted.kind === 'remove') {
      const { id: voterId, directoryId: voterDirectoryId } = wanted.key
      return controller(removeRaftVoter, { clusterId, voterId, voterDirectoryId })
    }
    const { id, directoryId, endpoints, kraftVersion } = wanted.voter
    const who = { clusterId, voterId: id, voterDirectoryId: directoryId }
    const listeners = endpoints.map((each) => ({ ...each }))
    if (wanted.kind === 'add') {
      const timeoutMs = intervalMs()
      return controller(addRaftVoter, { ...who, timeoutMs, listeners, ackWhenCommitted: false })
    }
    const { min: minSupportedVersion, max: maxSupportedVersion } = kraftVersion
    const kRaftVersionFeature = { minSupportedVersion, maxSupportedVersion }
    const currentLeaderEpoch = node.epoch
    return controller(updateRaftVoter, {
      ...who,
      currentLeaderEpoch,
      listeners,
      kRaftVersionFeature,
    })
  }
}
