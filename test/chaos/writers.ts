/**
 * Those who write while brokers go and come: our own producer, our own pipe, and librdkafka's idempotent producer. A value
 * names its writer, its key and its number there: `pipe/k3/17`.
 */
import { parseBootstrap } from '../../src/client/bootstrap.ts'
import { Producer } from '../../src/client/producer.ts'
import { clients } from '../support/clients.ts'
import { type Jackdaw, jackdawCommand } from '../support/jackdaw.ts'
import { type Command, type Finished, type Running, start } from '../support/processes.ts'
import type { Available } from '../support/project.ts'

export interface Writer {
  readonly name: string
  /** Writes the next record. */
  write(): void
  /** Resolves with what was acknowledged, when all that was written is settled. */
  finish(): Promise<{ acknowledged: string[]; refused: number }>
}

export const keysPerWriter = 6

/** The next value of a writer: its keys take turns. */
function numbering(name: string) {
  let count = 0
  return () => {
    const key = `k${count % keysPerWriter}`
    return { key, value: `${name}/${key}/${Math.floor(count++ / keysPerWriter)}` }
  }
}

/** The time between two acknowledgements of one partition, while there was always something to acknowledge. */
export class Gaps {
  readonly #last = new Map<number, number>()
  #longestMs = 0

  acknowledged(partition: number): void {
    const now = performance.now()
    this.#longestMs = Math.max(this.#longestMs, now - (this.#last.get(partition) ?? now))
    this.#last.set(partition, now)
  }

  /** Whether every partition has been acknowledged to since then. */
  flowsSince(at: number): boolean {
    return [...this.#last.values()].every((last) => last > at)
  }

  /** The longest gap since the last call, also one that is not over yet. */
  take(): number {
    const now = performance.now()
    const open = [...this.#last.values()].map((at) => now - at)
    const longest = Math.max(this.#longestMs, ...open, 0)
    this.#longestMs = 0
    return longest
  }
}

/** Our producer, as a program uses it: every record to a partition that is named. */
export async function libraryWriter(
  { bootstrap }: Pick<Jackdaw, 'bootstrap'>,
  topic: string,
  gaps: Gaps,
): Promise<Writer> {
  const next = numbering('library')
  const written: string[] = []
  const acknowledged: string[] = []
  let refused = 0
  const producer = new Producer(
    { bootstrap: parseBootstrap(bootstrap) },
    {
      lingerMs: 0,
      onDelivered: ({ partition, ranges }) => {
        gaps.acknowledged(partition)
        for (const { first, count } of ranges) {
          for (let i = first; i < first + count; i++) acknowledged.push(written[i]!)
        }
      },
      onFailure: ({ count }) => {
        refused += count
      },
    },
  )
  const into = await producer.topic(topic)
  return {
    name: 'library',
    write() {
      const { key, value } = next()
      written.push(value)
      const partition = Number(key.slice(1)) % into.partitionCount
      into.append(Date.now(), Buffer.from(key), Buffer.from(value), [], partition)
    },
    async finish() {
      await producer.close()
      return { acknowledged, refused }
    },
  }
}

/** Our pipe: what it does not complain about when it ends was acknowledged. */
export function pipeWriter({ bootstrap }: Jackdaw, topic: string): Writer {
  const keyed = ['--reader-property', 'parse.key=true', '--reader-property', 'key.separator=:']
  const address = ['--bootstrap-server', bootstrap, '--topic', topic]
  // Of itself it tries four times, within a few seconds.
  const patient = ['--message-send-max-retries', '1000000', '--max-block-ms', '600000']
  const command = jackdawCommand('console-producer', [...address, ...keyed, ...patient])!
  // Where it complains, it does not say of which records; so nothing can be held against anyone.
  return processWriter('pipe', command, ({ code }, written) =>
    code === 0
      ? { acknowledged: written, refused: 0 }
      : { acknowledged: [], refused: written.length },
  )
}

/** librdkafka's producer, idempotent, or why it is not to be had here; it tells of every record. */
export function librdkafkaWriter({ bootstrap }: Jackdaw, topic: string): Available<Writer> {
  const client = clients.find(({ name }) => name === 'confluent-kafka')!.prepare()
  if (!client.ok) return client
  const program = (each: string) => each.replace(/client\.py$/, 'producer.py')
  const args = [...client.value.args.map(program), bootstrap, topic]
  const verdictOf = ({ stdout }: Finished) => {
    const told = stdout.toString().split('\n')
    const acknowledged = told.flatMap((each) => /^ok (\S+)/.exec(each)?.[1] ?? [])
    return { acknowledged, refused: told.filter((each) => each.startsWith('fail')).length }
  }
  return { ok: true, value: processWriter('librdkafka', { ...client.value, args }, verdictOf) }
}

type Verdict = { acknowledged: string[]; refused: number }

function processWriter(
  name: string,
  command: Command,
  verdictOf: (finished: Finished, written: string[]) => Verdict,
): Writer {
  const next = numbering(name)
  const written: string[] = []
  const running: Running = start(command, { keepStdinOpen: true })
  return {
    name,
    write() {
      const { key, value } = next()
      written.push(value)
      running.child.stdin!.write(`${key}:${value}\n`)
    },
    async finish() {
      running.child.stdin!.end()
      const finished = await running.finished
      if (finished.code !== 0) {
        console.error(
          `${name} ended with ${finished.code}: ${finished.stderr.toString().slice(-2000)}`,
        )
      }
      return verdictOf(finished, written)
    },
  }
}
