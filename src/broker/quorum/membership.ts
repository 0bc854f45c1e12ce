/**
 * Who votes in the quorum, as operators and nodes ask for it (KIP-853): AddRaftVoter, RemoveRaftVoter, UpdateRaftVoter, and the
 * way from static voters to those of the log. What is right the core decides; here it is asked, and a new voter is tried first.
 */
import type { MetadataImage } from '../../metadata/image.ts'
import type { addRaftVoter } from '../../protocol/apis/add-raft-voter.ts'
import { apiVersions } from '../../protocol/apis/api-versions.ts'
import type { removeRaftVoter } from '../../protocol/apis/remove-raft-voter.ts'
import type { updateRaftVoter } from '../../protocol/apis/update-raft-voter.ts'
import { code, type ErrorName, KafkaError } from '../../protocol/errors.ts'
import type { RequestOf, SentResponseOf } from '../../protocol/schema.ts'
import { objection, type Refusal, type VoterChange } from '../../raft/change-voters.ts'
import type { RaftNode } from '../../raft/node.ts'
import type { Voter } from '../../raft/voters.ts'
import type { Peers } from './doors.ts'
import { type Places, voterEndpoint } from './places.ts'
import type { RaftShell } from './raft-shell.ts'

export interface MembershipOptions {
  readonly raft: RaftShell
  readonly peers: Peers
  readonly clusterId: string
  readonly image: MetadataImage
  readonly requestTimeoutMs: () => number
  readonly places: Places
}

const feature = 'kraft.version'

export class Membership {
  readonly #options: MembershipOptions

  constructor(options: MembershipOptions) {
    this.#options = options
  }

  async add(request: RequestOf<typeof addRaftVoter>): Promise<SentResponseOf<typeof addRaftVoter>> {
    const { voterId: id, voterDirectoryId: directoryId, listeners, ackWhenCommitted } = request
    const endpoints = listeners.map((each) => ({ ...each }))
    const unknown: Voter = { id, directoryId, endpoints, kraftVersion: { min: 0, max: 1 } }
    const refused = this.#refused(request.clusterId, { kind: 'add', voter: unknown })
    if (refused !== null) return answer(refused)
    this.#options.places.noteEndpoints(id, endpoints)
    try {
      const voter = { ...unknown, kraftVersion: await this.#levelsOf(id) }
      const timeoutMs = Math.max(request.timeoutMs, 1)
      return answer(await this.#change({ kind: 'add', voter }, { ackWhenCommitted, timeoutMs }))
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      return answer({
        error: 'REQUEST_TIMED_OUT',
        message: `Aborted add voter operation for since API_VERSIONS returned an error ${error.error}`,
      })
    }
  }

  async remove(
    request: RequestOf<typeof removeRaftVoter>,
  ): Promise<SentResponseOf<typeof removeRaftVoter>> {
    const { voterId: id, voterDirectoryId: directoryId } = request
    const change: VoterChange = { kind: 'remove', key: { id, directoryId } }
    const refused = this.#refused(request.clusterId, change)
    if (refused !== null) return answer(refused)
    const timeoutMs = this.#options.requestTimeoutMs()
    return answer(await this.#change(change, { ackWhenCommitted: true, timeoutMs }))
  }

  async update(
    request: RequestOf<typeof updateRaftVoter>,
  ): Promise<SentResponseOf<typeof updateRaftVoter>> {
    const { voterId: id, voterDirectoryId: directoryId, listeners, kRaftVersionFeature } = request
    const { minSupportedVersion: min, maxSupportedVersion: max } = kRaftVersionFeature
    const endpoints = listeners.map((each) => ({ ...each }))
    const voter: Voter = { id, directoryId, endpoints, kraftVersion: { min, max } }
    const change: VoterChange = { kind: 'update', voter }
    const { node } = this.#options.raft
    const { error } =
      this.#refused(request.clusterId, change) ??
      (await this.#change(change, { ackWhenCommitted: false, timeoutMs: 1 }))
    const { errorCode } = answer({ error, message: null })
    const currentLeader = { leaderId: node.leaderId, leaderEpoch: node.epoch, host: '', port: 0 }
    return { throttleTimeMs: 0, errorCode, currentLeader }
  }

  /** From static voters to those of the log, as soon as it is known on which disks they are. */
  async upgrade(kraftVersion: number): Promise<Refusal> {
    const { raft, requestTimeoutMs } = this.#options
    const voters = raft.node.voters.map((voter) => this.#known(raft.node, voter))
    const missing = voters.find(({ directoryId, endpoints }) => {
      return directoryId === null || endpoints.length === 0
    })
    if (missing !== undefined) {
      return {
        error: 'INVALID_UPDATE_VERSION',
        message: `Invalid update version ${kraftVersion} for feature ${feature}. Controller ${missing.id} has not been heard of yet.`,
      }
    }
    const change = { kind: 'upgrade', kraftVersion, voters: voters as Voter[] } as const
    return this.#change(change, { ackWhenCommitted: true, timeoutMs: requestTimeoutMs() })
  }

  #known({ key, leading }: RaftNode, { id }: Voter) {
    const registered = this.#options.image.controllers.get(id)
    const directoryId =
      id === key.id ? key.directoryId : (leading?.replicas.get(id)?.key.directoryId ?? null)
    const endpoints = (registered?.endpoints ?? []).map(({ name, host, port }) => {
      return voterEndpoint(id, { name, host, port })
    })
    const level = registered?.features.find(({ name }) => name === feature)
    const kraftVersion = {
      min: level?.minSupportedVersion ?? 0,
      max: level?.maxSupportedVersion ?? 0,
    }
    return { id, directoryId, endpoints, kraftVersion }
  }

  #change(
    change: VoterChange,
    options: { ackWhenCommitted: boolean; timeoutMs: number },
  ): Promise<Refusal> {
    return this.#options.raft.changeVoters(change, options)
  }

  #refused(clusterId: string | null, change: VoterChange): Refusal | null {
    const own = this.#options.clusterId
    if (clusterId === null || clusterId === own) return objection(this.#options.raft.node, change)
    return {
      error: 'INCONSISTENT_CLUSTER_ID',
      message: `The given id "${clusterId}" doesn't match the cluster id "${own}"`,
    }
  }

  async #levelsOf(id: number): Promise<Voter['kraftVersion']> {
    const { peers, requestTimeoutMs } = this.#options
    const asked = { clientSoftwareName: 'jackdaw', clientSoftwareVersion: '1' }
    const response = await peers.call(id, apiVersions, asked, { timeoutMs: requestTimeoutMs() })
    if (response.errorCode !== 0) throw new KafkaError('UNSUPPORTED_VERSION')
    const level = response.supportedFeatures.find(({ name }) => name === feature)
    return { min: level?.minVersion ?? 0, max: level?.maxVersion ?? 0 }
  }
}

function answer({ error, message }: Refusal): {
  throttleTimeMs: number
  errorCode: number
  errorMessage: string | null
} {
  // Whoever forwards a request looks for the next leader then.
  const said: ErrorName | 'NONE' = error === 'NOT_LEADER_OR_FOLLOWER' ? 'NOT_CONTROLLER' : error
  return { throttleTimeMs: 0, errorCode: code(said), errorMessage: message }
}
