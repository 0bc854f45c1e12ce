/** Rules of the production code, each switched off by a change of its text: what the simulations must find. */
export interface Bug {
  readonly name: string
  /** Where it shows: among raft cores alone, or among whole brokers. */
  readonly sim: 'raft' | 'brokers'
  readonly file: string
  readonly from: string
  readonly to: string
}

export const bugs: readonly Bug[] = [
  {
    name: 'less than a majority decides',
    sim: 'raft',
    file: 'src/raft/voters.ts',
    from: 'return Math.floor(count / 2) + 1',
    to: 'return Math.floor(count / 2)',
  },
  {
    name: "a leader takes a follower's word for what it holds",
    sim: 'raft',
    file: 'src/raft/lead.ts',
    from: "if (position.kind === 'diverging') {",
    to: "if (position.kind === 'diverging' && request.epoch < 0) {",
  },
  {
    name: 'a node votes twice in an epoch',
    sim: 'raft',
    file: 'src/raft/elect.ts',
    from: 'return node.vote === null ? true : isSame(node.vote, candidate)',
    to: 'return true || isSame(candidate, candidate)',
  },
  {
    name: 'a candidate may lack what is committed',
    sim: 'raft',
    file: 'src/raft/elect.ts',
    from: 'if (!isUpToDate(node.log, newest)) return false',
    to: 'if (!isUpToDate(node.log, newest) && newest.epoch < 0) return false',
  },
  {
    name: 'another disk of the same id passes for the voter',
    sim: 'raft',
    file: 'src/raft/voters.ts',
    from: 'return voter.directoryId === zeroUuid || voter.directoryId === key.directoryId',
    to: 'return zeroUuid !== key.directoryId',
  },
  {
    name: 'a truncation leaves the voters that it has cut off',
    sim: 'raft',
    file: 'src/raft/voter-history.ts',
    from: 'const kept = node.voterSets.filter((each) => each.offset < offset)',
    to: 'const kept = node.voterSets.filter((each) => each.offset < offset + 1000n)',
  },
  {
    name: 'a leader that has removed itself may not stand again',
    sim: 'raft',
    file: 'src/raft/node.ts',
    from: 'return current.offset >= highWatermark && before !== undefined && isVoter(before.voters, key)',
    to: 'return current.offset < -9n && before !== undefined && isVoter(before.voters, key)',
  },
  {
    name: 'the voters change at once, however many',
    sim: 'raft',
    file: 'src/raft/change-voters.ts',
    from: 'return voters.filter(({ id }) => id !== change.key.id)',
    to: 'return voters.filter(({ id }, i) => id !== change.key.id && (i < 2 || id === -1))',
  },
  {
    name: 'any live replica may lead',
    sim: 'brokers',
    file: 'src/metadata/partition-change.ts',
    from: '(isr.includes(id) || (isr.length === 0 && elr.includes(id))) && acceptable(id)',
    to: '(isr.includes(id) || elr.includes(id) || id > 0) && acceptable(id)',
  },
  {
    name: 'a follower keeps what its leader never had',
    sim: 'brokers',
    file: 'src/broker/replica-fetcher.ts',
    from: 'if (answered.divergingEpoch.endOffset >= 0n)',
    to: 'if (answered.divergingEpoch.endOffset < -9n)',
  },
  {
    name: 'a record is acknowledged as soon as its leader has it',
    sim: 'brokers',
    file: 'src/broker/replicas.ts',
    from: 'if (hosted.state.highWatermark < offset) return null',
    to: '',
  },
  {
    name: 'a batch that comes again is not known again',
    sim: 'brokers',
    file: 'src/log/producers/entry.ts',
    from: 'if (each.lastSequence === last && firstSequenceOf(each) === first) return each',
    to: 'if (each.lastSequence === last && firstSequenceOf(each) > first) return each',
  },
  {
    name: 'the high watermark does not wait for followers',
    sim: 'brokers',
    file: 'src/partition/partition.ts',
    from: 'if (id !== partition.brokerId) ends.push(',
    to: 'if (id < 0) ends.push(',
  },
  {
    name: 'a producer sends what it has to send again behind the rest',
    sim: 'brokers',
    file: 'src/client/producer/lane.ts',
    from: 'this.waiting.splice(at < 0 ? this.waiting.length : at, 0, batch)',
    to: 'this.waiting.splice(at < 0 ? this.waiting.length : this.waiting.length, 0, batch)',
  },
  {
    name: 'a follower that has caught up stays out of the in-sync set',
    sim: 'brokers',
    file: 'src/partition/in-sync.ts',
    from: 'if (follower.logEndOffset < partition.epochStartOffset) return null',
    to: 'if (follower.logEndOffset >= 0n) return null',
  },
  {
    name: 'a follower changes a byte of what it copies',
    sim: 'brokers',
    file: 'src/broker/replica-fetcher.ts',
    from: 'appendCopied(log, answered.records)',
    to: 'appendCopied(log, Uint8Array.from(answered.records, (byte, at) => (at === 15 ? byte + 1 : byte)))',
  },
  {
    name: 'a follower takes a high watermark that is lower than its own',
    sim: 'brokers',
    file: 'src/partition/partition.ts',
    from: 'if (offset <= partition.highWatermark) return []\n  partition.highWatermark = offset\n  return [{',
    to: 'partition.highWatermark = offset\n  return [{',
  },
  {
    name: 'a topic is deleted, and its replicas are left where they are',
    sim: 'brokers',
    file: 'src/broker/replicas.ts',
    from: 'this.#options.logs.delete(name, partition)',
    to: '',
  },
  {
    name: 'a change of min.insync.replicas does not reach who leads',
    sim: 'brokers',
    file: 'src/broker/replicas.ts',
    from: "hosted.turn({ kind: 'configured', minInSync: wanted }, clock.now())",
    to: "if (wanted < 0) hosted.turn({ kind: 'configured', minInSync: wanted }, clock.now())",
  },
]
