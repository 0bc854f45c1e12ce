import { type BrokerVersions, brokerVersions } from '../../client/admin/api-versions.ts'
import type { Cluster } from '../../client/cluster.ts'
import { apiByKey, apis } from '../../protocol/apis/index.ts'
import { KafkaError } from '../../protocol/errors.ts'
import type { AnyApi } from '../../protocol/schema.ts'
import { commonVersion, type SupportedVersions } from '../../protocol/versions.ts'
import { type Act, adminTool } from '../admin-tool.ts'
import { JavaError, javaText } from '../java/errors.ts'
import { type Shown, show } from '../output/show.ts'
import { brokerApiVersionsDeclaration } from './declaration.ts'

const act: Act = async ({ cluster, machine, form }) => {
  if (!machine.stderr.isTerminal) await ensureSomebody(cluster)
  await show(shown(await brokerVersions(cluster)), { form, machine })
}

/** Kafka's tool tries every address once; a person is told the reason instead. */
async function ensureSomebody(cluster: Cluster): Promise<void> {
  try {
    await cluster.any()
  } catch (cause) {
    if (!(cause instanceof KafkaError) || cause.error !== 'NETWORK_EXCEPTION') throw cause
    const tried = cluster.settings.bootstrap.map((address, index) => {
      const place = 'path' in address ? address.path : `${address.host}:${address.port}`
      return `${place} (id: ${-1 - index} rack: null isFenced: false)`
    })
    const text = `Request METADATA failed on brokers [${tried.join(', ')}]`
    throw new JavaError('java.lang.RuntimeException', text)
  }
}

export const brokerApiVersions = adminTool(brokerApiVersionsDeclaration, { act, failure })

// Kafka's tool makes its own client, so that nothing stands around what is wrong with the addresses.
function failure(error: unknown): unknown {
  const isMaking = error instanceof JavaError && error.message.startsWith('Failed to create new')
  return isMaking && error.cause !== undefined ? error.cause : error
}

type NamedApi = Pick<AnyApi, 'key' | 'name' | 'listeners'>

/** APIs between brokers until ZooKeeper went (KIP-500); an old broker still names them. */
const gone: readonly NamedApi[] = [
  { key: 4, name: 'LeaderAndIsr', listeners: [] },
  { key: 5, name: 'StopReplica', listeners: [] },
  { key: 6, name: 'UpdateMetadata', listeners: [] },
  { key: 7, name: 'ControlledShutdown', listeners: [] },
]

const named: readonly NamedApi[] = [...apis, ...gone].sort((a, b) => a.key - b.key)

type ApiLine = {
  readonly api: string
  readonly key: number
  readonly minVersion: number | null
  readonly maxVersion: number | null
  readonly usable: number | null
}

/** In the order of the keys: what brokers serve, this one or not, and whatever it names besides; without a name those that are last. */
export function apiLines(supported: SupportedVersions): ApiLine[] {
  const known = new Set<number>(named.map(({ key }) => key))
  const unknown = [...supported].filter(([key]) => !known.has(key))
  return [
    ...named
      .filter(({ key, listeners }) => listeners.includes('broker') || supported.has(key))
      .map((api) => lineOf(api, supported)),
    ...unknown.map(([key, { minVersion, maxVersion }]) => ({
      api: 'UNKNOWN',
      key,
      minVersion,
      maxVersion,
      usable: null,
    })),
  ]
}

function lineOf(named: NamedApi, supported: SupportedVersions): ApiLine {
  const range = supported.get(named.key)
  const api = apiByKey.get(named.key)
  return {
    api: named.name,
    key: named.key,
    minVersion: range?.minVersion ?? null,
    maxVersion: range?.maxVersion ?? null,
    usable: api === undefined ? null : commonVersion(api, supported),
  }
}

function shown(brokers: readonly BrokerVersions[]): Shown {
  return {
    json: () =>
      brokers.map(({ node, versions }) => ({
        ...node,
        error: versions.ok ? null : versions.error.message,
        apis: versions.ok ? apiLines(versions.value) : [],
      })),
    plain: () => brokers.map(plainBroker).join(''),
    table: () => ({
      head: ['BROKER', 'KEY', 'API', 'VERSIONS', 'USABLE'],
      rows: brokers.flatMap(({ node, versions }) =>
        versions.ok
          ? apiLines(versions.value).map((line) => [
              String(node.id),
              String(line.key),
              line.api,
              rangeText(line) ?? '-',
              line.usable === null ? '-' : String(line.usable),
            ])
          : [[String(node.id), '', versions.error.message, '', '']],
      ),
      aligns: ['right', 'right', 'left', 'left', 'right'],
    }),
  }
}

function plainBroker({ node, versions }: BrokerVersions): string {
  const head = `${node.host}:${node.port} (id: ${node.id} rack: ${node.rack} isFenced: ${node.isFenced}) -> `
  if (!versions.ok) return `${head}ERROR: ${javaText(versions.error)}\n`
  const lines = apiLines(versions.value).map((line) => `\t${plainLine(line)}`)
  return `${head}(\n${lines.join(',\n')}\n)\n`
}

function plainLine(line: ApiLine): string {
  const name = `${line.api}(${line.key})`
  const range = rangeText(line)
  if (range === null) return `${name}: UNSUPPORTED`
  if (line.api === 'UNKNOWN') return `${name}: ${range}`
  return `${name}: ${range} [${usability(line)}]`
}

function rangeText({ minVersion, maxVersion }: ApiLine): string | null {
  if (minVersion === null) return null
  return minVersion === maxVersion ? String(minVersion) : `${minVersion} to ${maxVersion}`
}

function usability({ key, maxVersion, usable }: ApiLine): string {
  if (usable !== null) return `usable: ${usable}`
  const ours = apiByKey.get(key)
  const isOld = ours !== undefined && (maxVersion ?? 0) < ours.versions[0]
  return `unusable: node too ${isOld ? 'old' : 'new'}`
}
