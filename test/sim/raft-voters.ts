/** Who votes in the simulated world of raft cores: entries that say so, and changes that leave the quorum able to live. */
import type { VoterChange } from '../../src/raft/change-voters.ts'
import { isUpToDate, lastEpoch } from '../../src/raft/log-view.ts'
import type { VotersTold } from '../../src/raft/messages.ts'
import { majority, type Voter, type VoterSet } from '../../src/raft/voters.ts'
import { type Entry, type Machine, viewOf, votersOn } from './raft-world.ts'

export function voterOf(id: number, directoryId: string): Voter {
  return { id, directoryId, endpoints: [], kraftVersion: { min: 0, max: 1 } }
}

/** As a batch's control records tell it. */
export function told(offset: number, entries: readonly Entry[]): VotersTold[] {
  return entries.flatMap(({ voters, kraftVersion }, i) => {
    if (voters === undefined && kraftVersion === undefined) return []
    return [
      {
        offset: BigInt(offset + i),
        ...(voters === undefined ? {} : { voters }),
        ...(kraftVersion === undefined ? {} : { kraftVersion }),
      },
    ]
  })
}

/** What a snapshot of these entries says. */
export function votersOfEntries(format: VoterSet, entries: readonly Entry[]): VoterSet {
  if (entries.length === 0) return format
  let { kraftVersion, voters } = format
  for (const entry of entries) {
    voters = entry.voters ?? voters
    kraftVersion = entry.kraftVersion ?? kraftVersion
  }
  return { offset: BigInt(entries.length - 1), kraftVersion, voters }
}

/**
 * Could a majority of every voter set that may still count be found among these machines? Else what follows would be no fault
 * of the quorum's.
 */
export function isLively(
  machines: readonly Machine[],
  all: readonly Machine[],
  more: readonly (readonly Voter[])[] = [],
): boolean {
  const there = new Set(machines.map(({ disk }) => disk.directoryId))
  const sets = all.flatMap(({ disk }) => votersOn(disk).slice(-2))
  return [...sets.map(({ voters }) => voters), ...more].every(
    (voters) =>
      voters.length === 0 ||
      voters.filter(({ directoryId }) => there.has(directoryId)).length >= majority(voters.length),
  )
}

/**
 * Is there one among these machines for whom a majority of the voters that it knows would vote? Where a disk was lost whose copy of the log
 * lies on a machine that does not know yet that it votes, nobody may be.
 */
export function isElectable(machines: readonly Machine[]): boolean {
  const lasts = new Map(
    machines.map(({ disk }) => [
      disk.directoryId,
      { log: viewOf(disk), voters: votersOn(disk).at(-1)!.voters },
    ]),
  )
  return [...lasts].some(([directoryId, { log, voters }]) => {
    const newest = { endOffset: log.endOffset, epoch: lastEpoch(log) }
    const willing = voters.filter((voter) => {
      const its = lasts.get(voter.directoryId)
      return its !== undefined && isUpToDate(its.log, newest)
    })
    return (
      willing.some((each) => each.directoryId === directoryId) &&
      willing.length >= majority(voters.length)
    )
  })
}

/** Something that an operator might want of this leader; null if nothing may be asked for now. */
export function nextChange(
  machines: readonly Machine[],
  leader: Machine,
  random: () => number,
): VoterChange | null {
  const { voters } = leader.core!
  const there = new Set(machines.map(({ disk }) => disk.directoryId))
  const lost = voters.filter(({ directoryId }) => !there.has(directoryId))
  const outside = machines.filter(({ id }) => !voters.some((voter) => voter.id === id))
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)]
  const gone = pick(lost) ?? (random() < 0.5 ? pick(voters) : undefined)
  if (gone !== undefined) {
    const left = voters.filter((voter) => voter !== gone)
    return isLively(machines, machines, [left]) ? { kind: 'remove', key: gone } : null
  }
  const machine = pick(outside)
  if (machine !== undefined) {
    const voter = voterOf(machine.id, machine.disk.directoryId)
    return isLively(machines, machines, [[...voters, voter]]) ? { kind: 'add', voter } : null
  }
  const voter = pick(voters)
  return voter === undefined ? null : { kind: 'update', voter }
}
