/** What may be set dynamically for one broker or for all of them (KIP-226, KIP-966). */
import { BrokerConfigs, brokerConfig } from '../protocol/configs/effective.ts'
import { parseConfig } from '../protocol/configs.ts'
import type { Turn } from './controller.ts'
import { refuse } from './faults.ts'
import { configsOf, elrEnabled } from './image.ts'
import { threadCountFault } from './thread-count-rules.ts'

const minInSync = 'min.insync.replicas'
const perListener = /^listener\.name\./
/** What only a listener may get anew while it runs (SslConfigs.RECONFIGURABLE_CONFIGS). */
const keyMaterial =
  /^ssl\.(keystore\.(type|location|password|key|certificate\.chain)|key\.password|truststore\.(type|location|password|certificates))$/

export function checkBrokerConfigs(
  turn: Turn,
  resourceName: string,
  wanted: ReadonlyMap<string, string | null>,
  result: ReadonlyMap<string, string>,
): void {
  const { image } = turn
  const names = [...result.keys()]
  const forOne = resourceName !== ''
  const mode = (name: string) => brokerConfig(name)?.updateMode
  const faulty = (which: (name: string) => boolean, message: string) => {
    const found = names.filter(which)
    if (found.length > 0) refuse('INVALID_REQUEST', `${message}: [${found.join(', ')}]`)
  }
  faulty((name) => mode(name) === 'read-only', 'Cannot update these configs dynamically')
  faulty(
    (name) => keyMaterial.test(name),
    'These security configs can be dynamically updated only per-listener using the listener prefix',
  )
  for (const [name, text] of result) {
    const config = brokerConfig(name)
    const parsed = config === undefined ? undefined : parseConfig(config, text)
    if (parsed?.ok === false) refuse('INVALID_REQUEST', parsed.message)
  }
  if (!forOne) {
    faulty(
      (name) => mode(name) === 'per-broker' || perListener.test(name),
      'Cannot update these configs at default cluster level, broker id must be specified',
    )
  }
  const threads = threadCountFault(...beforeAndAfter(turn, resourceName, result))
  if (threads !== null) refuse('INVALID_REQUEST', threads)
  if (!elrEnabled(image) || !wanted.has(minInSync)) return
  if (forOne) {
    refuse(
      'INVALID_CONFIG',
      'Broker-level min.insync.replicas cannot be altered while ELR is enabled.',
    )
  }
  if (wanted.get(minInSync) === null) {
    refuse(
      'INVALID_CONFIG',
      'Cluster-level min.insync.replicas cannot be removed while ELR is enabled.',
    )
  }
}

/** What counts for the broker that is meant; where all are, for the one that decides. */
function beforeAndAfter(
  { controller: { settings }, image }: Turn,
  resourceName: string,
  result: ReadonlyMap<string, string>,
): [BrokerConfigs, BrokerConfigs] {
  const { fixed, nodeId } = settings
  const id = resourceName === '' ? String(nodeId) : resourceName
  const now = {
    fixed,
    clusterDefault: configsOf(image, 'broker', ''),
    broker: configsOf(image, 'broker', id),
  }
  const then = resourceName === '' ? { clusterDefault: result } : { broker: result }
  return [new BrokerConfigs(now), new BrokerConfigs({ ...now, ...then })]
}
