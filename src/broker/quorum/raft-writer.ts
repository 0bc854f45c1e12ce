/** What a turn of the raft core wants on disk, in the order in which it wants it. */
import type { Clock } from '../../host/clock.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { leaderChangeMessage } from '../../protocol/records/control.ts'
import type { OffsetAndEpoch } from '../../raft/log-view.ts'
import type { RaftEffect, RaftEvent } from '../../raft/messages.ts'
import type { RaftNode } from '../../raft/node.ts'
import { currentVoters } from '../../raft/voter-history.ts'
import type { ReplicaKey, VoterSet } from '../../raft/voters.ts'
import { controlBatch } from './batches.ts'
import type { MetadataLog, QuorumFiles } from './doors.ts'
import { writeQuorumState } from './quorum-state.ts'
import { snapshotName } from './snapshots.ts'
import {
  type Control,
  control,
  controlsOf,
  kraftVersionControl,
  votersControl,
} from './voter-records.ts'

export interface RaftWriterOptions {
  readonly node: RaftNode
  readonly log: MetadataLog
  readonly files: QuorumFiles
  readonly clock: Clock
  /** What a leader has appended is to be flushed, and the core to be told. */
  readonly flush: () => void
  /** A snapshot from the leader took the place of the log; answers with the voters that it names. */
  readonly onSnapshot: (id: OffsetAndEpoch) => VoterSet
}

export class RaftWriter {
  readonly #options: RaftWriterOptions

  constructor(options: RaftWriterOptions) {
    this.#options = options
  }

  /** True if the log must be flushed before the turn may speak. `follow`: what the core must know before anything else. */
  write(effect: RaftEffect, follow: (event: RaftEvent) => void): boolean {
    const { node, log, files } = this.#options
    switch (effect.kind) {
      case 'persist':
        writeQuorumState(files, effect.state, currentVoters(node))
        return false
      case 'append-leader-change': {
        const { epoch, granting, voterSet } = effect
        this.#append(epoch, [leaderChange(node, granting), ...controlsOf(voterSet)])
        return false
      }
      case 'append-voters': {
        const { epoch, kraftVersion, voters, upgrade } = effect
        const controls = upgrade ? [kraftVersionControl(kraftVersion)] : []
        this.#append(epoch, [...controls, votersControl(voters)])
        const endOffset = log.logEndOffset
        const voterSet = { offset: endOffset - 1n, kraftVersion, voters }
        follow({ kind: 'voters-appended', voterSet, endOffset })
        return false
      }
      case 'append':
        log.appendAsFollower(effect.records.bytes)
        return true
      case 'truncate':
        log.truncateTo(effect.offset)
        return true
      case 'write-snapshot':
        files.writeAt(`${snapshotName(effect.snapshotId)}.part`, effect.position, effect.bytes)
        return false
      case 'install-snapshot': {
        const name = snapshotName(effect.snapshotId)
        files.publish(`${name}.part`, name)
        log.restartAt(effect.snapshotId.endOffset)
        const voterSet = this.#options.onSnapshot(effect.snapshotId)
        follow({ kind: 'snapshot-installed', voterSet })
        return true
      }
      default:
        return false
    }
  }

  #append(leaderEpoch: number, controls: readonly Control[]): void {
    const { log, clock, flush } = this.#options
    const now = clock.now()
    const batch = controlBatch(controls, now)
    const appended = log.appendAsLeader(batch, { leaderEpoch, origin: 'raft', now })
    if (!appended.ok) throw new KafkaError(appended.error, appended.message)
    flush()
  }
}

/** Version 1 would have directory ids. Kafka 4.3 writes version 0 at every level of kraft.version, and cannot read another. */
function leaderChange({ key, voters }: RaftNode, granting: readonly ReplicaKey[]): Control {
  const voter = ({ id }: ReplicaKey) => ({ voterId: id })
  return control(leaderChangeMessage, {
    version: 0,
    leaderId: key.id,
    voters: voters.map(voter),
    grantingVoters: granting.map(voter),
  })
}
