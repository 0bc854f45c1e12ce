/**
 * A group of members that come and go while records flow: programs of `test/clients` that say what they have read. Nothing here
 * waits for a time; the next member comes or goes when what was sent so far has been read.
 */
import { basename, dirname, join } from 'node:path'
import kafkajs, { type Producer } from 'kafkajs'
import type { Client } from './clients.ts'
import { type Command, end, type Running, start } from './processes.ts'

export type Protocol = 'classic' | 'consumer'
export type Churn = {
  /** What was read more than once before the first member was killed. */
  twiceWithoutCrash: string[]
  /** The members that lost their session before that, though they lived: what they held may be read again. */
  starved: string[]
  twiceAfterCrashes: number
  missing: string[]
  committed: Map<number, string>
  ends: Map<number, string>
  refusals: string[]
  failures: string[]
}

const partitions = 12
const stepTimeoutMs = 120_000
const stackTimeoutMs = 10_000

/**
 * `stall`: a member is held still until the coordinator gives it up, and has to find back. `classic`, `consumer`: the members
 * that come from here on speak that protocol. `settle`: until everybody has what it is to have.
 */
export type Move =
  | 'add'
  | 'stop'
  | 'kill'
  | 'stall'
  | 'kill-broker'
  | 'settle'
  | 'classic'
  | 'consumer'
/** Without a crash first; then with some. */
export const quickMoves: readonly Move[] = ['add', 'stop', 'kill', 'add']
export const manyMoves: readonly Move[] = [
  ...(['add', 'stop', 'add', 'stop', 'stop', 'add'] as const),
  ...(['kill', 'add', 'stall', 'kill', 'add', 'stall', 'kill', 'add', 'stop', 'add'] as const),
]
/** For several brokers: each of them goes in its turn, and comes back. */
export const movesWithKilledBrokers: readonly Move[] = [
  ...(['add', 'stop', 'kill-broker', 'kill-broker', 'add', 'kill'] as const),
  ...(['kill-broker', 'add', 'stop', 'kill-broker', 'add', 'kill-broker'] as const),
]

/** Three members are replaced, one after the other, by members of the other protocol, and back. */
export const rollingMoves: readonly Move[] = [
  ...(['consumer', 'add', 'settle', 'stop', 'settle', 'add', 'settle', 'stop', 'settle'] as const),
  ...(['add', 'settle', 'stop', 'settle'] as const),
  ...(['classic', 'add', 'settle', 'stop', 'settle', 'add', 'settle', 'stop', 'settle'] as const),
  ...(['add', 'settle', 'stop', 'settle'] as const),
]

/** The command of the client's program for members. */
export function memberCommand(client: Command): Command {
  const args = client.args.map((each) => {
    const name = basename(each).replace('client.', 'member.').replace('Client.', 'Member.')
    return each.startsWith('-') ? each : join(dirname(each), name)
  })
  return { ...client, args }
}

export type ChurnOptions = {
  client: Command
  bootstrap: string
  name: string
  protocol: Protocol
  count: number
  moves: readonly Move[]
  /** How many begin; five if nothing is said. */
  members?: number
  /** Ends a broker as a fault would, and starts it again. */
  killBroker?: () => Promise<void>
  /** Whose session ran out until now, as the coordinator tells. */
  timedOut: () => Promise<string[]>
  /** Is the group stable, as the coordinator tells? */
  isStable?: () => Promise<boolean>
}

export async function churn(options: ChurnOptions): Promise<Churn> {
  const { bootstrap, name } = options
  const kafka = new kafkajs.Kafka({
    clientId: 'churn',
    brokers: bootstrap.split(','),
    retry: { initialRetryTime: 50, maxRetryTime: 1000, retries: 60 },
    logLevel: kafkajs.logLevel.NOTHING,
  })
  const admin = kafka.admin()
  const producer = kafka.producer()
  await admin.connect()
  const replicationFactor = bootstrap.split(',').length
  await admin.createTopics({
    topics: [{ topic: name, numPartitions: partitions, replicationFactor }],
  })
  await producer.connect()
  const group = new Group(options)
  try {
    await play(group, (many) => send(producer, name, many), options)
    // What was sent twice because a broker went stands there twice.
    const ends = await admin.fetchTopicOffsets(name)
    const total = ends.reduce((sum, { high }) => sum + Number(high), 0)
    await group.until((read) => read >= total)
    await group.stopAll()
    await group.lookForStarved()
    const offsets = await admin.fetchOffsets({ groupId: name, topics: [name] })
    return {
      ...group.result(total),
      committed: new Map(offsets[0]!.partitions.map((each) => [each.partition, each.offset])),
      ends: new Map(ends.map((each) => [each.partition, each.high])),
    }
  } finally {
    await group.end()
    await producer.disconnect()
    await admin.disconnect()
  }
}

async function send(producer: Producer, topic: string, count: number): Promise<void> {
  const size = 500
  for (let from = 0; from < count; from += size) {
    const messages = Array.from({ length: Math.min(size, count - from) }, (_, i) => ({
      partition: (from + i) % partitions,
      value: `${from + i}`,
    }))
    await sendAll(producer, topic, messages)
  }
}

/** kafkajs leaves partitions out of its answer that it could not send to, and says nothing of it. */
async function sendAll(
  producer: Producer,
  topic: string,
  messages: { partition: number; value: string }[],
): Promise<void> {
  for (let left = messages; left.length > 0; ) {
    const answers = await producer.send({ topic, messages: left, acks: -1 })
    const taken = new Set(answers.map(({ partition }) => partition))
    left = left.filter(({ partition }) => !taken.has(partition))
  }
}

async function play(
  group: Group,
  sendSome: (many: number) => Promise<void>,
  { count, moves, members = 5, killBroker }: ChurnOptions,
): Promise<void> {
  const joined = Promise.all(Array.from({ length: members }, () => group.add()))
  const share = Math.floor(count / (moves.length + 1))
  let sent = 0
  const sendMore = async (many: number) => {
    await sendSome(many)
    sent += many
  }
  const [, first] = await Promise.allSettled([joined, sendMore(count - share * moves.length)])
  if (first.status === 'rejected') throw first.reason
  await joined
  await group.until((read) => read >= sent)
  for (const move of moves) {
    // Records flow while the group finds together again.
    const moving = move === 'kill-broker' ? group.crash(killBroker!) : group[move]()
    const [moved, sentSome] = await Promise.allSettled([moving, sendMore(share)])
    for (const each of [moved, sentSome]) if (each.status === 'rejected') throw each.reason
    await group.until((read) => read >= sent)
  }
}

class Group {
  readonly #options: ChurnOptions
  readonly #members: Member[] = []
  readonly #all: Member[] = []
  /** How often each offset was read, by partition. */
  readonly #reads = new Map<number, Uint8Array>()
  /** Who read it last. */
  readonly #readers = new Map<number, Uint8Array>()
  readonly #twice: string[] = []
  #twiceAfter = 0
  #read = 0
  #hasCrashed = false
  #starved: string[] = []
  #watch: (() => void) | null = null
  #protocol: Protocol

  constructor(options: ChurnOptions) {
    this.#options = options
    this.#protocol = options.protocol
    for (let i = 0; i < partitions; i++) {
      this.#reads.set(i, new Uint8Array(2 * options.count))
      this.#readers.set(i, new Uint8Array(2 * options.count))
    }
  }

  /** Resolves when the new member has been given something, or nothing, but in the group it is. */
  add(): Promise<void> {
    const { client, bootstrap, name } = this.#options
    const { command, args, env = {} } = memberCommand(client)
    const running = start({ command, env, args: [...args, bootstrap, name, name, this.#protocol] })
    const number = this.#all.length + 1
    const member = new Member(running, (line) => this.#hear(line, number))
    this.#members.push(member)
    this.#all.push(member)
    return running.outputs((output) => output.includes('assigned '), stepTimeoutMs)
  }

  async stop(): Promise<void> {
    const member = this.#members.shift()!
    await member.stop()
  }

  async settle(): Promise<void> {
    const until = performance.now() + stepTimeoutMs
    while (!(await this.#options.isStable!())) {
      if (performance.now() > until) throw new Error(`${this.#options.name} does not settle`)
    }
  }

  async classic(): Promise<void> {
    this.#protocol = 'classic'
  }

  async consumer(): Promise<void> {
    this.#protocol = 'consumer'
  }

  async kill(): Promise<void> {
    await this.lookForStarved()
    this.#hasCrashed = true
    const member = this.#members.shift()!
    member.isKilled = true
    await end(member.running, 'SIGKILL')
  }

  async stall(): Promise<void> {
    await this.lookForStarved()
    this.#hasCrashed = true
    const { child } = this.#members[0]!.running
    const before = new Set(await this.#options.timedOut())
    const until = performance.now() + stepTimeoutMs
    child.kill('SIGSTOP')
    try {
      while (!(await this.#options.timedOut()).some((each) => !before.has(each))) {
        if (performance.now() > until) throw new Error('a member that stands still is not given up')
      }
    } finally {
      child.kill('SIGCONT')
    }
  }

  /** What was read may be read again from here on. */
  async crash(how: () => Promise<void>): Promise<void> {
    await this.lookForStarved()
    this.#hasCrashed = true
    await how()
  }

  /** Before the first crash: from there on sessions run out as they should. */
  async lookForStarved(): Promise<void> {
    if (!this.#hasCrashed) this.#starved = await this.#options.timedOut()
  }

  async stopAll(): Promise<void> {
    while (this.#members.length > 0) await this.stop()
  }

  async end(): Promise<void> {
    await Promise.all(this.#members.map(({ running }) => end(running, 'SIGKILL')))
  }

  until(holds: (read: number) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#watch = null
        const why = this.#failures().join('\n') || this.#said()
        reject(new Error(`${this.#options.name}: only ${this.#read} records were read; ${why}`))
      }, stepTimeoutMs)
      const look = () => {
        if (!holds(this.#read)) return
        clearTimeout(timer)
        this.#watch = null
        resolve()
      }
      this.#watch = look
      look()
    })
  }

  result(total: number): Omit<Churn, 'committed' | 'ends'> {
    const missing = this.#read === total ? [] : [`${total - this.#read} of ${total}`]
    return {
      twiceWithoutCrash: this.#twice,
      twiceAfterCrashes: this.#twiceAfter,
      starved: this.#starved,
      missing,
      refusals: this.#all.flatMap(({ running }, i) => {
        const refused = `${running.stdout()}`.match(/^refused.*/gm) ?? []
        const said = shortened(`${running.stderr()}`.trim())
        return refused.length === 0 && said === '' ? [] : [`member ${i + 1}: ${refused}\n${said}`]
      }),
      failures: this.#failures(),
    }
  }

  #failures(): string[] {
    return this.#all.flatMap((member, i) => {
      const how = member.failure()
      return how === null ? [] : [`${this.#options.name}, member ${i + 1} ${how}`]
    })
  }

  /** The last words of those that still run, and should have read on. */
  #said(): string {
    return this.#members.map(({ running }) => `${running.stderr().subarray(-500)}`).join('\n')
  }

  #hear(line: string, member: number): void {
    const [, partition, first, last] = /^read (\d+) (\d+) (\d+)$/.exec(line) ?? []
    if (partition === undefined) return
    const seen = this.#reads.get(Number(partition))!
    const readers = this.#readers.get(Number(partition))!
    for (let offset = Number(first); offset <= Number(last); offset++) {
      if (seen[offset]! === 0) this.#read++
      else if (this.#hasCrashed) this.#twiceAfter++
      else this.#twice.push(`${partition}: ${offset}, members ${readers[offset]} and ${member}`)
      seen[offset]!++
      readers[offset] = member
    }
    this.#watch?.()
  }
}

class Member {
  readonly running: Running
  isKilled = false
  #hangs = false
  #rest = ''

  constructor(running: Running, hear: (line: string) => void) {
    this.running = running
    running.child.stdout!.on('data', (chunk: Buffer) => {
      const lines = (this.#rest + chunk.toString('latin1')).split('\n')
      this.#rest = lines.pop()!
      for (const line of lines) hear(line)
    })
  }

  /** One that does not end is asked where it hangs (Java and Go answer with their stacks, as does Python's faulthandler). */
  async stop(): Promise<void> {
    const { child } = this.running
    const timer = setTimeout(() => {
      this.#hangs = true
      child.kill('SIGQUIT')
    }, stepTimeoutMs)
    await end(this.running, 'SIGTERM', stepTimeoutMs + stackTimeoutMs)
    clearTimeout(timer)
  }

  /** How it ended, if not as it should; what it said stands in the same line. */
  failure(): string | null {
    const { exitCode, signalCode } = this.running.child
    const isWrong = this.#hangs || signalCode !== null || (exitCode ?? 0) !== 0
    if (this.isKilled || !isWrong) return null
    const how = this.#hangs
      ? `did not end ${stepTimeoutMs} ms after SIGTERM`
      : `ended with ${signalCode ?? `exit code ${exitCode}`}`
    const said = `${this.running.stderr()}`.trim().replace(/\s*\n\s*/g, ' | ')
    // A stack that was asked for is on stdout where Java is the language.
    const stack = this.#hangs ? `\n${this.running.stdout().subarray(-20_000)}` : ''
    return `${how}: ${shortened(said)}${stack}`
  }
}

const shortened = (text: string): string =>
  text.length <= 3000 ? text : `${text.slice(0, 1500)} … ${text.slice(-1500)}`

export const hasMember = ({ name }: Client, protocol: Protocol): boolean =>
  protocol === 'classic'
    ? ['kafkajs', 'confluent-kafka', 'aiokafka', 'java-client-4.3', 'franz-go'].includes(name)
    : ['confluent-kafka', 'java-client-4.3', 'franz-go'].includes(name)
