/** One seed, one story, of raft cores, of whole brokers or of a group: null if all went well. */

export { playGroupsSeed } from './groups-play.ts'
export { playRaftSeed } from './raft-play.ts'
export { playSeed } from './world/play.ts'
