/** Looks at one address after the other as a Kafka client would, and tells what it finds, step by step. */
import { describeCluster } from '../../../client/admin/cluster.ts'
import { addressOf, addressText } from '../../../client/bootstrap.ts'
import { Cluster } from '../../../client/cluster.ts'
import type { Address } from '../../../host/net.ts'
import { exchange, tlsName } from '../../../host/probe.ts'
import { KafkaError } from '../../../protocol/errors.ts'
import { reasonOf } from '../../output/reasons.ts'

export type Finding = {
  readonly verdict: 'good' | 'bad'
  readonly text: string
  /** What to do about it. */
  readonly advice?: string
}

const timeoutMs = 3000

// ApiVersions version 0, correlation id 1, client id "doctor": every broker since 0.10 answers it, with SASL too.
const question = Buffer.from('\0\0\0\x10\0\x12\0\0\0\0\0\x01\0\x06doctor', 'latin1')
const correlationId = 1

export async function* examine(addresses: readonly Address[]): AsyncGenerator<Finding> {
  let reached: Address | null = null
  for (const address of addresses) {
    const findings = await knock(address)
    yield* findings
    if (findings.every(({ verdict }) => verdict === 'good')) reached ??= address
  }
  if (reached !== null) yield* cluster(reached, new Set(addresses.map(addressText)))
}

/** Whether a broker of Kafka answers there; if not, what does. */
export async function knock(address: Address): Promise<Finding[]> {
  const where = addressText(address)
  try {
    const answer = await exchange(address, question, timeoutMs)
    const connected: Finding = { verdict: 'good', text: `${where} takes connections` }
    if (answer.kind === 'bytes' && isKafka(answer.bytes)) {
      return [connected, { verdict: 'good', text: `${where} speaks Kafka's protocol` }]
    }
    return [connected, await stranger(address, answer.kind === 'bytes' ? answer.bytes : null)]
  } catch (error) {
    return [
      {
        verdict: 'bad',
        text: `${where} cannot be reached`,
        advice: reasonOf(error) ?? (error as Error).message,
      },
    ]
  }
}

//  | length: int32 | correlationId: int32 | …
function isKafka(bytes: Uint8Array): boolean {
  if (bytes.length < 8) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return view.getInt32(0) >= 4 && view.getInt32(4) === correlationId
}

async function stranger(address: Address, bytes: Uint8Array | null): Promise<Finding> {
  const where = addressText(address)
  const text = `${where} does not answer as a broker of Kafka does`
  if (isHttp(bytes ?? (await httpAnswer(address)))) {
    return {
      verdict: 'bad',
      text,
      advice: 'it speaks HTTP: is this the port of a user interface or of a REST proxy?',
    }
  }
  const name = await tlsName(address, timeoutMs)
  if (name !== null) {
    const of = name === '' ? '' : ` (its certificate is for ${name})`
    return {
      verdict: 'bad',
      text,
      advice: `it speaks TLS${of}: a client needs security.protocol=SSL, or SASL_SSL; is there a listener without TLS?`,
    }
  }
  return {
    verdict: 'bad',
    text,
    advice:
      bytes === null
        ? 'it says nothing, or hangs up: is this the port of a controller, or of something else?'
        : 'it speaks something else: is it the right port?',
  }
}

const isHttp = (bytes: Uint8Array | null): boolean =>
  bytes !== null && Buffer.from(bytes).toString('latin1').startsWith('HTTP/')

/** Some servers wait for the end of a line before they say anything. */
async function httpAnswer(address: Address): Promise<Uint8Array | null> {
  try {
    const answer = await exchange(address, Buffer.from('HEAD / HTTP/1.0\r\n\r\n'), timeoutMs)
    return answer.kind === 'bytes' ? answer.bytes : null
  } catch {
    return null
  }
}

async function* cluster(address: Address, known: ReadonlySet<string>): AsyncGenerator<Finding> {
  const client = new Cluster({ bootstrap: [address], requestTimeoutMs: timeoutMs })
  try {
    const { clusterId, controllerId, nodes } = await describeCluster(client, {
      timeoutMs,
      includeFenced: true,
    })
    yield {
      verdict: 'good',
      text: `cluster ${clusterId ?? 'without id'}: ${nodes.length} ${nodes.length === 1 ? 'broker' : 'brokers'}, controller ${controllerId ?? 'none'}`,
    }
    for (const { id, host, port, isFenced } of nodes) {
      if (isFenced) {
        yield {
          verdict: 'bad',
          text: `broker ${id} is fenced`,
          advice: 'it is known, but does not run, or cannot reach the controller',
        }
        continue
      }
      const its = addressOf(host, port)
      if (known.has(addressText(its))) continue
      yield* advertised(id, its)
    }
  } catch (error) {
    yield {
      verdict: 'bad',
      text: 'the broker does not tell of its cluster',
      advice: isHangUp(error)
        ? 'it hangs up when it is asked: it may want to know who asks (security.protocol=SASL_PLAINTEXT)'
        : (error as Error).message,
    }
  } finally {
    client.close()
  }
}

/** The call was tried again until its time was over; why is in its cause. */
const isHangUp = (error: unknown): boolean =>
  error instanceof KafkaError && (error.error === 'NETWORK_EXCEPTION' || isHangUp(error.cause))

/** A client goes on to the addresses that brokers give for themselves, whatever it was told at first. */
async function* advertised(id: number, address: Address): AsyncGenerator<Finding> {
  const where = addressText(address)
  const bad = (await knock(address)).find(({ verdict }) => verdict === 'bad')
  if (bad === undefined) {
    yield { verdict: 'good', text: `broker ${id} advertises ${where}, which answers` }
    return
  }
  yield {
    verdict: 'bad',
    text: `broker ${id} advertises ${where}, where no client can reach it`,
    advice: `${bad.advice}; the address comes from advertised.listeners of that broker`,
  }
}
