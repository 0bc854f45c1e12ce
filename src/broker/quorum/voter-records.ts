/** Who votes, as the control records of the metadata log tell it (KIP-853). */
import {
  kRaftVersionRecord,
  snapshotFooterRecord,
  snapshotHeaderRecord,
  votersRecord,
} from '../../protocol/records/control.ts'
import type { Decoded } from '../../protocol/records/framing.ts'
import type { RecordSchema, SentOf, ValueOf } from '../../protocol/schema.ts'
import type { VotersTold } from '../../raft/messages.ts'
import type { Voter, VoterSet } from '../../raft/voters.ts'

/** A control record that is to be written. */
export interface Control {
  readonly schema: RecordSchema
  readonly value: { readonly version: number }
}

export function control<S extends RecordSchema>(
  schema: S,
  value: SentOf<S> & { version: number },
): Control {
  return { schema, value }
}

export function kraftVersionControl(kRaftVersion: number): Control {
  return control(kRaftVersionRecord, { version: 0, kRaftVersion })
}

export function votersControl(voters: readonly Voter[]): Control {
  return control(votersRecord, {
    version: 0,
    voters: voters.map(({ id, directoryId, endpoints, kraftVersion }) => ({
      voterId: id,
      voterDirectoryId: directoryId,
      endpoints: endpoints.map((each) => ({ ...each })),
      kRaftVersionFeature: {
        minSupportedVersion: kraftVersion.min,
        maxSupportedVersion: kraftVersion.max,
      },
    })),
  })
}

export function snapshotHeader(lastContained: bigint): Control {
  return control(snapshotHeaderRecord, { version: 0, lastContainedLogTimestamp: lastContained })
}

export const snapshotFooter: Control = control(snapshotFooterRecord, { version: 0 })

/** Null for a record that tells of something else. */
export function votersToldBy(
  { schema, value }: Decoded<RecordSchema>,
  offset: bigint,
): VotersTold | null {
  if (schema.type === kRaftVersionRecord.type) {
    const { kRaftVersion } = value as ValueOf<typeof kRaftVersionRecord>
    return { offset, kraftVersion: kRaftVersion }
  }
  if (schema.type !== votersRecord.type) return null
  const { voters } = value as ValueOf<typeof votersRecord>
  return { offset, voters: voters.map(voterOf) }
}

function voterOf(told: ValueOf<typeof votersRecord>['voters'][number]): Voter {
  const { voterId, voterDirectoryId, endpoints, kRaftVersionFeature } = told
  const { minSupportedVersion: min, maxSupportedVersion: max } = kRaftVersionFeature
  return { id: voterId, directoryId: voterDirectoryId, endpoints, kraftVersion: { min, max } }
}

/** What a snapshot has to tell of them: nothing, as long as they are static. */
export function controlsOf(set: VoterSet | null): Control[] {
  if (set === null || set.kraftVersion < 1) return []
  return [kraftVersionControl(set.kraftVersion), votersControl(set.voters)]
}
