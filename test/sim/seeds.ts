/** One seed, one story, of raft cores or of whole brokers: null if all went well. */
export { playRaftSeed } from './raft-play.ts'
export { playSeed } from './world/play.ts'
