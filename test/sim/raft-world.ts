/**
 * N raft cores in one simulated world: virtual time, a network that loses, delays, doubles, reorders and cuts (also one way),
 * disks that forget what was not flushed, clocks that run at different speeds, crashes in the middle of a turn. One seed, one
 * history. Invariants are checked after every step.
 */
import { endOffsetOfEpoch, lastEpoch, type OffsetAndEpoch } from '../../src/raft/log-view.ts'
import type {
  QuorumState,
  RaftEffect,
  RaftEvent,
  RaftRequest,
  RaftResponse,
  Records,
  Timer,
} from '../../src/raft/messages.ts'
import type { RaftNode, Timing } from '../../src/raft/node.ts'
import { newNode, step } from '../../src/raft/raft.ts'
import { votersTold } from '../../src/raft/voter-history.ts'
import type { Voter, VoterSet } from '../../src/raft/voters.ts'
import { isElectable, isLively, nextChange, told, voterOf, votersOfEntries } from './raft-voters.ts'

export interface Entry {
  readonly epoch: number
  readonly value: string
  /** A record that says who votes. */
  readonly voters?: readonly Voter[]
  readonly kraftVersion?: number
  /** In one batch with the entry before it: both are there, or neither is. */
  readonly joined?: true
}

/** What survives a crash. */
export interface Disk {
  readonly directoryId: string
  /** The voters that it was formatted with; none where the node is to join. */
  readonly format: VoterSet
  state: QuorumState | null
  startOffset: number
  entries: Entry[]
  flushed: number
  snapshots: Map<string, Snapshot>
  /** Up to here its entries are known to be those that are committed; a look back at all of them would take most of the time. */
  matched: number
}

interface Snapshot {
  readonly id: OffsetAndEpoch
  readonly entries: readonly Entry[]
  /** As they go over the network, once they are asked for. */
  bytes: Uint8Array | null
}

export interface Machine {
  readonly id: number
  disk: Disk
  readonly speed: number
  core: RaftNode | null
  timers: Map<Timer, number>
  asked: Map<number, { from: number; token: number }>
  incoming: Map<string, Uint8Array>
  paused: boolean
  /** Tells the lives of a machine apart: what was meant for an earlier one is lost. */
  life: number
}

interface Happening {
  readonly at: number
  readonly order: number
  run(): void
}

export interface WorldOptions {
  readonly seed: number
  readonly voters: number
  readonly observers?: number
  readonly lossRate?: number
  readonly crashRate?: number
  readonly cutRate?: number
  readonly pauseRate?: number
  readonly snapshotRate?: number
  readonly clockSkew?: number
  /** Voters come and go, at this rate; without it they are static. */
  readonly changeRate?: number
}

const timing: Timing = {
  electionTimeoutMs: 300,
  electionBackoffMaxMs: 100,
  fetchTimeoutMs: 600,
  retryBackoffMs: 20,
  fetchWaitMs: 200,
}
const rpcTimeoutMs = 500
const pieceBytes = 173

export class World {
  readonly options: Required<WorldOptions>
  readonly machines: Machine[] = []
  now = 0
  committed: Entry[] = []
  readonly acknowledged: string[] = []
  elections = 0
  truncations = 0
  installs = 0
  changes = 0
  wipes = 0
  /** So many values were proposed: `v1`, `v2`, … */
  proposals = 0
  #random: () => number
  #queue: Happening[] = []
  #order = 0
  #tokens = 0
  #calm = false
  #cuts = new Set<string>()
  /** For each committed entry the epoch of the leader that found it so. */
  readonly #committedIn: number[] = []
  readonly #leaders = new Map<number, number>()
  readonly #votes = new Map<string, number>()
  readonly #written = new Map<string, string>()
  readonly #pending = new Map<
    string,
    { offset: number; machine: number; life: number; epoch: number }
  >()

  constructor(options: WorldOptions) {
    this.options = {
      observers: 0,
      lossRate: 0.02,
      crashRate: 0.3,
      cutRate: 0.3,
      pauseRate: 0.1,
      snapshotRate: 0.2,
      clockSkew: 0.1,
      changeRate: 0,
      ...options,
    }
    this.#random = generator(options.seed)
    for (let id = 1; id <= this.options.voters + this.options.observers; id++) {
      this.machines.push({
        id,
        disk: this.#freshDisk(id, true),
        speed: 1 + (this.#random() * 2 - 1) * this.options.clockSkew,
        core: null,
        timers: new Map(),
        asked: new Map(),
        incoming: new Map(),
        paused: false,
        life: 0,
      })
    }
    for (const machine of this.machines) this.#at(this.#random() * 50, () => this.#start(machine))
    this.#at(10, () => this.#client())
    this.#at(500, () => this.#trouble())
    if (this.options.changeRate > 0) this.#at(700, () => this.#operator())
  }

  /** Formatted: with the first voters, as far as it is one of them. */
  #freshDisk(id: number, formatted: boolean): Disk {
    const isDynamic = this.options.changeRate > 0
    const count = this.options.voters
    const first = Array.from({ length: count }, (_, i) => voterOf(i + 1, `d${i + 1}`))
    const known = !isDynamic || (formatted && id <= count)
    const directoryId = formatted ? `d${id}` : `d${id}-${++this.wipes}`
    return {
      directoryId,
      format: { offset: -1n, kraftVersion: isDynamic && known ? 1 : 0, voters: known ? first : [] },
      state: null,
      startOffset: 0,
      entries: [],
      flushed: 0,
      snapshots: new Map(),
      matched: 0,
    }
  }

  /** Lives on for a while. */
  run(durationMs: number): void {
    const until = this.now + durationMs
    while (this.#queue.length > 0 && this.#queue[0]!.at <= until) {
      const { at, run } = this.#pop()
      this.now = at
      run()
    }
    this.now = until
  }

  /** Everything works again: nothing is lost, all machines run. */
  heal(): void {
    this.#calm = true
    this.#cuts.clear()
    for (const machine of this.machines) {
      machine.paused = false
      if (machine.core === null) this.#start(machine)
    }
  }

  /** All hold the same log, all of it committed, and somebody leads. */
  get settled(): boolean {
    const leaders = this.machines.filter(({ core }) => core?.role === 'leader')
    const newest = Math.max(...this.machines.map(({ core }) => core?.epoch ?? 0))
    const leader = leaders.find(({ core }) => core!.epoch === newest)
    if (leader === undefined) return false
    const end = BigInt(endOf(leader.disk))
    return this.machines.every(
      ({ core, disk }) => core?.highWatermark === end && BigInt(endOf(disk)) === end,
    )
  }

  /** A majority would be left. */
  get canLoseLeader(): boolean {
    const leader = this.machines.find(({ core }) => core?.role === 'leader')
    return isLively(
      this.machines.filter((each) => each !== leader),
      this.machines,
    )
  }

  /** A value that some leader takes now; null if nobody leads. */
  propose(): string | null {
    const leaders = this.machines.filter(({ core, paused }) => core?.role === 'leader' && !paused)
    const machine = leaders[Math.floor(this.#random() * leaders.length)]
    if (machine === undefined) return null
    const value = `v${++this.proposals}`
    const { epoch } = machine.core!
    const offset = endOf(machine.disk)
    this.#append(machine, [{ epoch, value }])
    this.#pending.set(value, { offset, machine: machine.id, life: machine.life, epoch })
    this.#play(machine, { kind: 'appended', endOffset: BigInt(endOf(machine.disk)) })
    this.#flush(machine)
    return value
  }

  /** The leader is gone, and does not come back. */
  killLeader(): number | null {
    const leader = this.machines.find(({ core }) => core?.role === 'leader')
    if (leader !== undefined) this.crash(leader)
    return leader?.id ?? null
  }

  crash(machine: Machine): void {
    if (machine.core === null) return
    machine.core = null
    machine.life++
    machine.timers.clear()
    machine.asked.clear()
    machine.incoming.clear()
    machine.paused = false
    const { disk } = machine
    // Of what was not flushed any part may have reached the medium.
    const unsafe = endOf(disk) - disk.flushed
    const kept = Math.floor(this.#random() * (unsafe + 1))
    let left = disk.flushed - disk.startOffset + kept
    while (disk.entries[left]?.joined) left--
    disk.entries.length = left
    disk.flushed = endOf(disk)
    disk.matched = Math.min(disk.matched, endOf(disk))
    for (const other of this.machines) {
      if (other !== machine && this.#random() < 0.5) {
        this.#at(this.#random() * 20, () =>
          this.#play(other, { kind: 'peer-gone', id: machine.id }),
        )
      }
    }
  }

  #start(machine: Machine): void {
    if (machine.core !== null) return
    const { disk } = machine
    const snapshot = newestSnapshot(disk)
    machine.core = newNode({
      key: { id: machine.id, directoryId: disk.directoryId },
      voterSets: votersOn(disk),
      bootstrap: this.machines.map(({ id }) => id).filter((id) => id !== machine.id),
      timing,
      log: viewOf(disk),
      state: disk.state,
      highWatermark: snapshot?.endOffset ?? -1n,
      seed: Math.floor(this.#random() * 2 ** 31) + 1,
    })
    this.#play(machine, { kind: 'started' })
  }

  #play(machine: Machine, event: RaftEvent): void {
    const { core } = machine
    if (core === null) return
    if (machine.paused) {
      this.#at(20, () => this.#playSame(machine, machine.life, event))
      return
    }
    const was = core.role
    const effects = [...step(core, event, this.now * machine.speed)]
    if (!this.#calm && this.#random() < 0.002) return this.#dieMidTurn(machine, effects)
    for (const effect of effects) effects.push(...this.#write(machine, effect))
    if (core.role === 'leader' && was !== 'leader') this.#lead(machine)
    this.#noteVotes(machine, event, effects)
    for (const effect of effects) if (machine.core === core) this.#speak(machine, effect)
    this.#check(machine)
  }

  /** Whoever stands votes for itself; others vote by what they answer. */
  #noteVotes(machine: Machine, event: RaftEvent, effects: readonly RaftEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'send' && effect.request.kind === 'vote' && !effect.request.preVote) {
        this.#voted(machine, effect.request.epoch, machine.id)
      }
      if (event.kind !== 'request' || event.request.kind !== 'vote' || event.request.preVote)
        continue
      if (effect.kind !== 'answer' || effect.response.kind !== 'vote') continue
      const { epoch, candidate } = event.request
      if (effect.ask === event.ask && effect.response.granted)
        this.#voted(machine, epoch, candidate.id)
    }
  }

  #voted(machine: Machine, epoch: number, candidate: number): void {
    const key = `${machine.disk.directoryId} ${epoch}`
    const known = this.#votes.get(key) ?? candidate
    assert(
      known === candidate,
      `node ${machine.id} voted in epoch ${epoch} for ${known} and ${candidate}`,
    )
    this.#votes.set(key, candidate)
  }

  /** Most are back at once, as a supervisor would have it. */
  #backIn(): number {
    return this.#random() < 0.5 ? this.#random() * 40 : this.#random() * 1500
  }

  #playSame(machine: Machine, life: number, event: RaftEvent): void {
    if (machine.life === life) this.#play(machine, event)
  }

  /** Some of what the turn wanted written is there, nothing of what it wanted said. */
  #dieMidTurn(machine: Machine, effects: RaftEffect[]): void {
    const before = machine.disk.flushed
    for (const effect of effects) {
      if (this.#random() < 0.3) break
      effects.push(...this.#write(machine, effect))
      if (effect.kind === 'append') machine.disk.flushed = Math.min(before, machine.disk.flushed)
    }
    this.crash(machine)
    this.#at(this.#backIn(), () => this.#start(machine))
  }

  /** What comes of it at once, if anything. */
  #write(machine: Machine, effect: RaftEffect): RaftEffect[] {
    const { disk, core } = machine
    switch (effect.kind) {
      case 'append-voters': {
        const { epoch, kraftVersion, voters } = effect
        const value = `voters ${voters.map(({ id, directoryId }) => `${id}/${directoryId}`)}`
        const offset = endOf(disk)
        this.#append(machine, [{ epoch, value, voters }])
        this.#flush(machine)
        const voterSet = { offset: BigInt(offset), kraftVersion, voters }
        const endOffset = BigInt(endOf(disk))
        const now = this.now * machine.speed
        return step(core!, { kind: 'voters-appended', voterSet, endOffset }, now)
      }
      case 'persist': {
        const { leaderEpoch } = effect.state
        const old = disk.state
        if (old !== null) assert(leaderEpoch >= old.leaderEpoch, 'an epoch went back on disk')
        disk.state = effect.state
        return []
      }
      case 'append-leader-change':
        this.#append(machine, [{ epoch: effect.epoch, value: `leader ${machine.id}` }])
        if (effect.voterSet !== null) {
          const { kraftVersion, voters } = effect.voterSet
          const { epoch } = effect
          this.#append(machine, [{ epoch, value: 'kraft.version', kraftVersion, joined: true }])
          this.#append(machine, [{ epoch, value: 'first voters', voters, joined: true }])
        }
        this.#flush(machine)
        return []
      case 'append': {
        assert(Number(effect.records.baseOffset) === endOf(disk), 'a follower appends at its end')
        this.#append(machine, entriesIn(effect.records.bytes))
        disk.flushed = endOf(disk)
        return []
      }
      case 'truncate':
        this.truncations++
        disk.entries.length = Number(effect.offset) - disk.startOffset
        disk.flushed = Math.min(disk.flushed, endOf(disk))
        disk.matched = Math.min(disk.matched, endOf(disk))
        return []
      case 'write-snapshot': {
        const name = nameOf(effect.snapshotId)
        const old = (machine.incoming.get(name) ?? new Uint8Array(0)).subarray(0, effect.position)
        machine.incoming.set(name, Buffer.concat([old, effect.bytes]))
        return []
      }
      case 'install-snapshot': {
        this.installs++
        const { snapshotId: id } = effect
        const entries = entriesIn(machine.incoming.get(nameOf(id))!)
        assert(BigInt(entries.length) === id.endOffset, 'a snapshot is whole')
        disk.snapshots = new Map([[nameOf(id), { id, entries, bytes: null }]])
        disk.startOffset = Number(id.endOffset)
        disk.entries = []
        disk.flushed = disk.startOffset
        disk.matched = disk.startOffset
        const voterSet = votersOn(disk).at(-1)!
        return step(core!, { kind: 'snapshot-installed', voterSet }, this.now * machine.speed)
      }
    }
    return []
  }

  #append(machine: Machine, entries: readonly Entry[]): void {
    for (const entry of entries) {
      const key = `${endOf(machine.disk)} ${entry.epoch}`
      const known = this.#written.get(key)
      assert(known === undefined || known === entry.value, `two entries at ${key}`)
      this.#written.set(key, entry.value)
      machine.disk.entries.push(entry)
    }
  }

  #flush(machine: Machine): void {
    const { life } = machine
    const end = endOf(machine.disk)
    const epoch = machine.core?.epoch
    this.#at(this.#random() * 15, () => {
      if (machine.life !== life || machine.core === null) return
      // A truncation in between takes back what was to be flushed.
      const safe = Math.min(end, endOf(machine.disk))
      if (machine.core.epoch === epoch) machine.disk.flushed = Math.max(machine.disk.flushed, safe)
      this.#play(machine, { kind: 'flushed', endOffset: BigInt(end) })
    })
  }

  #speak(machine: Machine, effect: RaftEffect): void {
    switch (effect.kind) {
      case 'send':
        return this.#send(machine, effect.to, effect.request)
      case 'answer':
        return this.#answer(machine, effect.ask, effect.response)
      case 'answer-with-records': {
        const records = this.#recordsFrom(machine, Number(effect.fetchOffset))
        return this.#answer(machine, effect.ask, { ...effect.response, records })
      }
      case 'answer-with-snapshot':
        return this.#answerSnapshot(machine, effect)
      case 'arm': {
        const { timer, at } = effect
        const due = Math.max(at / machine.speed, this.now)
        machine.timers.set(timer, due)
        const { life } = machine
        this.#at(due - this.now, () => {
          if (machine.life !== life || machine.timers.get(timer) !== due) return
          machine.timers.delete(timer)
          this.#play(machine, { kind: 'timeout', timer })
        })
        return
      }
      case 'disarm':
        machine.timers.delete(effect.timer)
        return
      case 'answer-change':
        return this.#changeAnswered(effect)
      case 'high-watermark':
        return this.#commit(machine, Number(effect.offset))
    }
  }

  #recordsFrom(machine: Machine, offset: number): Records | null {
    const { disk } = machine
    const count = 1 + Math.floor(this.#random() * 5)
    const first = offset - disk.startOffset
    let end = first + count
    while (disk.entries[end]?.joined) end++
    const entries = disk.entries.slice(first, end)
    if (entries.length === 0) return null
    return recordsOf(offset, entries)
  }

  #answerSnapshot(
    machine: Machine,
    { ask, snapshotId, position }: Extract<RaftEffect, { kind: 'answer-with-snapshot' }>,
  ): void {
    const core = machine.core!
    const found = machine.disk.snapshots.get(nameOf(snapshotId))
    if (found !== undefined) found.bytes ??= bytesOf(found.entries)
    const whole = found?.bytes ?? null
    this.#answer(machine, ask, {
      kind: 'fetch-snapshot',
      error: whole === null ? 'SNAPSHOT_NOT_FOUND' : 'NONE',
      epoch: core.epoch,
      leaderId: core.leaderId,
      snapshotId,
      size: whole?.length ?? 0,
      position,
      bytes: whole?.slice(position, position + pieceBytes) ?? new Uint8Array(0),
    })
  }

  // ---- the network

  #send(machine: Machine, to: number, request: RaftRequest): void {
    const token = ++this.#tokens
    const { life } = machine
    let over = false
    const finish = (event: RaftEvent) => {
      if (over) return
      over = true
      this.#playSame(machine, life, event)
    }
    const timeoutMs = rpcTimeoutMs + ('waitMs' in request ? request.waitMs : 0)
    this.#at(timeoutMs, () => finish({ kind: 'unanswered', to, request }))
    this.#replies.set(token, (response) =>
      finish({ kind: 'response', from: to, request, response }),
    )
    const target = this.machines.find(({ id }) => id === to)
    if (target === undefined) return
    const copies = !this.#calm && this.#random() < 0.02 ? 2 : 1
    for (let i = 0; i < copies; i++) {
      if (this.#lost(machine.id, to)) continue
      this.#at(this.#delay(), () => {
        if (target.core === null) return finish({ kind: 'unanswered', to, request })
        const ask = ++this.#tokens
        target.asked.set(ask, { from: machine.id, token })
        this.#play(target, { kind: 'request', ask, request })
      })
    }
  }

  readonly #replies = new Map<number, (response: RaftResponse) => void>()

  #answer(machine: Machine, ask: number, response: RaftResponse): void {
    const asked = machine.asked.get(ask)
    machine.asked.delete(ask)
    if (asked === undefined || this.#lost(machine.id, asked.from)) return
    this.#at(this.#delay(), () => {
      this.#replies.get(asked.token)?.(response)
      this.#replies.delete(asked.token)
    })
  }

  #lost(from: number, to: number): boolean {
    if (this.#cuts.has(`${from} ${to}`)) return true
    return !this.#calm && this.#random() < this.options.lossRate
  }

  #delay(): number {
    return this.#random() < 0.05 && !this.#calm ? this.#random() * 400 : 1 + this.#random() * 10
  }

  // ---- what happens to the world

  #client(): void {
    this.propose()
    this.#at(5 + this.#random() * 40, () => this.#client())
  }

  #trouble(): void {
    if (this.#calm) return
    const { crashRate, cutRate, pauseRate, snapshotRate } = this.options
    const machine = this.machines[Math.floor(this.#random() * this.machines.length)]!
    if (this.#random() < crashRate) {
      this.crash(machine)
      this.#at(this.#backIn(), () => this.#start(machine))
    }
    if (this.#random() < cutRate) this.#cut(machine)
    if (this.#random() < pauseRate) {
      const { life } = machine
      machine.paused = true
      this.#at(this.#random() * 2000, () => {
        if (machine.life === life) machine.paused = false
      })
    }
    if (this.#random() < snapshotRate) this.#snapshot(machine)
    this.#at(this.#random() * 500, () => this.#trouble())
  }

  /** Adds and removes voters, and replaces disks: each node that has a new one is somebody else. */
  #operator(): void {
    if (this.#calm) return
    this.#at(this.#random() * 200, () => this.#operator())
    if (this.#random() > this.options.changeRate) return
    const machine = this.machines[Math.floor(this.#random() * this.machines.length)]!
    if (this.#random() < 0.05) this.#wipe(machine)
    const leaders = this.machines.filter(({ core, paused }) => core?.role === 'leader' && !paused)
    const leader = leaders[Math.floor(this.#random() * leaders.length)]
    if (leader === undefined) return
    const change = nextChange(this.machines, leader, this.#random)
    if (change === null) return
    const ask = ++this.#tokens
    const ackWhenCommitted = this.#random() < 0.8
    this.#asked.add(ask)
    const wanted = {
      kind: 'change-voters',
      ask,
      change,
      ackWhenCommitted,
      timeoutMs: 1000,
    } as const
    this.#play(leader, wanted)
  }

  readonly #asked = new Set<number>()

  #changeAnswered({ ask, error }: Extract<RaftEffect, { kind: 'answer-change' }>): void {
    assert(this.#asked.delete(ask), 'a change of voters is answered once')
    if (error === 'NONE') this.changes++
  }

  /** Its disk is gone for good, if the others can do without what it held. */
  #wipe(machine: Machine): void {
    const others = this.machines.filter((each) => each !== machine)
    if (!isLively(others, this.machines) || !isElectable(others)) return
    this.crash(machine)
    machine.disk = this.#freshDisk(machine.id, false)
    this.#seen.delete(machine.id)
    this.#at(this.#backIn(), () => this.#start(machine))
  }

  #cut(machine: Machine): void {
    const oneWay = this.#random() < 0.4
    const outward = this.#random() < 0.5
    for (const { id } of this.machines) {
      if (id === machine.id || this.#random() < 0.3) continue
      if (!oneWay || outward) this.#cuts.add(`${machine.id} ${id}`)
      if (!oneWay || !outward) this.#cuts.add(`${id} ${machine.id}`)
    }
    this.#at(200 + this.#random() * 2500, () => this.#cuts.clear())
  }

  #snapshot(machine: Machine): void {
    const { core, disk } = machine
    if (core === null || machine.paused || core.highWatermark <= 0n) return
    const endOffset = core.highWatermark
    const newest = newestSnapshot(disk)
    if (newest !== null && newest.endOffset >= endOffset) return
    const entries = this.committed.slice(0, Number(endOffset))
    if (entries.length < Number(endOffset)) return
    const id = { endOffset, epoch: entries.at(-1)!.epoch }
    disk.snapshots.set(nameOf(id), { id, entries, bytes: null })
    const kept = [...disk.snapshots.values()]
      .sort((a, b) => Number(a.id.endOffset - b.id.endOffset))
      .slice(-2)
    disk.snapshots = new Map(kept.map((each) => [nameOf(each.id), each]))
    const startOffset = Number(kept[0]!.id.endOffset)
    if (startOffset > disk.startOffset) {
      disk.entries = disk.entries.slice(startOffset - disk.startOffset)
      disk.startOffset = startOffset
      disk.flushed = Math.max(disk.flushed, startOffset)
      disk.matched = Math.max(disk.matched, startOffset)
    }
    this.#play(machine, {
      kind: 'snapshot-taken',
      snapshotId: id,
      startOffset: BigInt(startOffset),
    })
  }

  // ---- what must hold

  #lead(machine: Machine): void {
    this.elections++
    const { epoch } = machine.core!
    const known = this.#leaders.get(epoch)
    assert(known === undefined, `two leaders of epoch ${epoch}: ${known}, ${machine.id}`)
    this.#leaders.set(epoch, machine.id)
    for (let offset = machine.disk.matched; offset < this.committed.length; offset++) {
      const own = machine.disk.entries[offset - machine.disk.startOffset]
      const committed = this.committed[offset]!
      // A leader may be elected so late that a newer one has been at work already (Raft §5.4: of later terms only).
      if (this.#committedIn[offset]! >= epoch) break
      assert(
        own?.value === committed.value,
        `leader ${machine.id} lacks ${committed.value} at ${offset}`,
      )
    }
  }

  #commit(machine: Machine, offset: number): void {
    const { disk } = machine
    for (let i = disk.matched; i < offset; i++) {
      const entry = disk.entries[i - disk.startOffset]
      assert(entry !== undefined, `node ${machine.id} calls ${i} committed and lacks it`)
      const known = this.committed[i]
      if (known === undefined) {
        assert(this.committed.length === i, 'what is committed has no gaps')
        this.committed.push(entry)
        this.#committedIn.push(machine.core!.epoch)
      } else
        assert(
          known.value === entry.value,
          `${known.value} was committed at ${i}, now ${entry.value}`,
        )
    }
    disk.matched = Math.max(disk.matched, offset)
    for (const [value, { offset: at, machine: id, life, epoch }] of this.#pending) {
      if (id !== machine.id || life !== machine.life || at >= offset) continue
      this.#pending.delete(value)
      // The leader answers its client only while it leads: then the entry is the one that it wrote.
      if (machine.core?.role === 'leader' && machine.core.epoch === epoch) {
        assert(this.committed[at]?.value === value, `${value} was acknowledged and is not there`)
        this.acknowledged.push(value)
      }
    }
  }

  readonly #seen = new Map<number, { life: number; highWatermark: bigint; epoch: number }>()

  #check(machine: Machine): void {
    const { core, disk } = machine
    if (core === null) return
    assert(core.log.endOffset === BigInt(endOf(disk)), 'the core knows where its log ends')
    assert(core.log.startOffset === BigInt(disk.startOffset), 'the core knows where its log begins')
    const last = disk.entries.at(-1)
    if (last !== undefined)
      assert(lastEpoch(core.log) === last.epoch, 'the core knows its last epoch')
    if (last !== undefined) {
      assert(
        endOffsetOfEpoch(core.log, last.epoch).endOffset === core.log.endOffset,
        'and where it ends',
      )
    }
    const seen = this.#seen.get(machine.id)
    if (seen?.life === machine.life) {
      assert(core.highWatermark >= seen.highWatermark, 'the high watermark went back')
      assert(core.epoch >= seen.epoch, 'the epoch went back')
    }
    const { life } = machine
    this.#seen.set(machine.id, { life, highWatermark: core.highWatermark, epoch: core.epoch })
  }

  #at(delayMs: number, run: () => void): void {
    const item: Happening = { at: this.now + Math.max(delayMs, 0), order: this.#order++, run }
    const queue = this.#queue
    let i = queue.push(item) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!before(item, queue[parent]!)) break
      queue[i] = queue[parent]!
      i = parent
    }
    queue[i] = item
  }

  #pop(): Happening {
    const queue = this.#queue
    const first = queue[0]!
    const last = queue.pop()!
    if (queue.length === 0) return first
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= queue.length) break
      if (child + 1 < queue.length && before(queue[child + 1]!, queue[child]!)) child++
      if (!before(queue[child]!, last)) break
      queue[i] = queue[child]!
      i = child
    }
    queue[i] = last
    return first
  }
}

const before = (one: Happening, other: Happening): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order)

/** All that the disk says of the voters. */
export function votersOn(disk: Disk): VoterSet[] {
  const newest = newestSnapshot(disk)
  const snapshot = newest === null ? undefined : disk.snapshots.get(nameOf(newest))
  const base = votersOfEntries(disk.format, snapshot?.entries ?? [])
  const start = Number(newest?.endOffset ?? 0n)
  const behind = disk.entries.slice(start - disk.startOffset)
  return [base, ...votersTold({ voterSets: [base] }, told(start, behind))]
}

const endOf = (disk: Disk): number => disk.startOffset + disk.entries.length

const nameOf = ({ endOffset, epoch }: OffsetAndEpoch): string => `${endOffset}-${epoch}`

function newestSnapshot(disk: Disk): OffsetAndEpoch | null {
  let newest: OffsetAndEpoch | null = null
  for (const { id } of disk.snapshots.values()) {
    if (newest === null || id.endOffset > newest.endOffset) newest = id
  }
  return newest
}

export function viewOf(disk: Disk): RaftNode['log'] {
  return {
    startOffset: BigInt(disk.startOffset),
    endOffset: BigInt(endOf(disk)),
    epochs: [...epochsOf(disk.startOffset, disk.entries)],
    snapshot: newestSnapshot(disk),
  }
}

function epochsOf(baseOffset: number, entries: readonly Entry[]) {
  const epochs: { epoch: number; startOffset: bigint }[] = []
  for (const [i, { epoch }] of entries.entries()) {
    if (epochs.at(-1)?.epoch !== epoch) epochs.push({ epoch, startOffset: BigInt(baseOffset + i) })
  }
  return epochs
}

function recordsOf(offset: number, entries: readonly Entry[]): Records {
  return {
    baseOffset: BigInt(offset),
    endOffset: BigInt(offset + entries.length),
    epochs: epochsOf(offset, entries),
    voterChanges: told(offset, entries),
    bytes: bytesOf(entries),
  }
}

const bytesOf = (entries: readonly Entry[]): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(entries))
const entriesIn = (bytes: Uint8Array): Entry[] => JSON.parse(new TextDecoder().decode(bytes))

function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message)
}

/** mulberry32: small, and the same everywhere. */
function generator(seed: number): () => number {
  let state = (seed * 0x9e3779b1) | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let x = Math.imul(state ^ (state >>> 15), 1 | state)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 0x100000000
  }
}
