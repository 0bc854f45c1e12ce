/** One seed, one story: null if all went well, else what went wrong and when. */
import { playGroupsSeed } from './groups-play.ts'
import { playRaftSeed } from './raft-play.ts'
import { playSeed } from './world/play.ts'
import { playReadersSeed } from './world/readers-play.ts'

export type Sim = 'raft' | 'brokers' | 'groups' | 'readers'

export const plays: Record<Sim, (seed: number) => string | null | Promise<string | null>> = {
  /** Of raft cores alone. */
  raft: playRaftSeed,
  /** Of whole brokers, which a client writes to. */
  brokers: playSeed,
  /** Of one group's core. */
  groups: playGroupsSeed,
  /** Of whole brokers, from which a group reads. */
  readers: playReadersSeed,
}
