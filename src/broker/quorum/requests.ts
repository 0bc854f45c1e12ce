/** What is asked of the active controller: most of it the controller decides, and what is about the quorum the quorum. */
import { assert } from '../../base/assert.ts'
import type { Clock } from '../../host/clock.ts'
import { isCommand } from '../../metadata/commands.ts'
import { addRaftVoter } from '../../protocol/apis/add-raft-voter.ts'
import { describeQuorum } from '../../protocol/apis/describe-quorum.ts'
import { removeRaftVoter } from '../../protocol/apis/remove-raft-voter.ts'
import { updateFeatures } from '../../protocol/apis/update-features.ts'
import { updateRaftVoter } from '../../protocol/apis/update-raft-voter.ts'
import { code } from '../../protocol/errors.ts'
import type { AnyApi, RequestOf, ResponseOf } from '../../protocol/schema.ts'
import { currentVoters } from '../../raft/voter-history.ts'
import type { ControllerShell } from './controller-shell.ts'
import { describe } from './describe.ts'
import { Membership, type MembershipOptions } from './membership.ts'

type Decide = (request: never, controller: ControllerShell) => Promise<unknown>

export class QuorumRequests {
  readonly #options: MembershipOptions & { readonly clock: Clock }
  readonly #membership: Membership
  readonly #own: ReadonlyMap<number, Decide>

  constructor(options: MembershipOptions & { readonly clock: Clock }) {
    this.#options = options
    const membership = new Membership(options)
    this.#membership = membership
    this.#own = new Map<number, Decide>([
      [describeQuorum.key, async (request) => this.#describe(request)],
      [addRaftVoter.key, (request) => membership.add(request)],
      [removeRaftVoter.key, (request) => membership.remove(request)],
      [updateRaftVoter.key, (request) => membership.update(request)],
      [updateFeatures.key, (request, controller) => this.#updateFeatures(request, controller)],
    ])
  }

  submit<A extends AnyApi>(
    controller: ControllerShell,
    api: A,
    request: RequestOf<A>,
  ): Promise<ResponseOf<A>> {
    const own = this.#own.get(api.key)
    if (own !== undefined) return own(request as never, controller) as Promise<ResponseOf<A>>
    assert(isCommand(api), `${api.name} is no command of the controller`)
    return controller.submit(api, request)
  }

  #describe(request: RequestOf<typeof describeQuorum>) {
    const { clock, raft, image } = this.#options
    const now = { wall: clock.now(), monotonic: clock.monotonic() }
    return describe({ node: raft.node, image, now }, request)
  }

  /** kraft.version is the quorum's: the controller only says whether it may change. */
  async #updateFeatures(request: RequestOf<typeof updateFeatures>, controller: ControllerShell) {
    const response = await controller.submit(updateFeatures, request)
    const wanted = request.featureUpdates.find(({ feature }) => feature === 'kraft.version')
    const level = wanted?.maxVersionLevel ?? 0
    const current = currentVoters(this.#options.raft.node).kraftVersion
    if (response.errorCode !== 0 || request.validateOnly || level <= current) return response
    const { error, message } = await this.#membership.upgrade(level)
    if (error === 'NONE') return response
    return { ...response, errorCode: code(error), errorMessage: message, results: [] }
  }
}
