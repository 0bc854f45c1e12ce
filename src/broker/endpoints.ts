/** Who is alive, and where: each listener's clients are led back to the same listener. */
import type { BrokerImage, MetadataImage } from '../metadata/image.ts'
import type { AliveBroker, Endpoint } from './broker.ts'

export function endpointOf(
  image: MetadataImage,
  brokerId: number,
  listener: string,
): Endpoint | null {
  const broker = image.brokers.get(brokerId)
  return broker === undefined || broker.fenced ? null : endpointNamed(broker, listener)
}

export const aliveBrokers = (image: MetadataImage, listener: string): AliveBroker[] =>
  brokersWhere(image, listener, (broker) => !broker.fenced)

export const fencedBrokers = (image: MetadataImage, listener: string): AliveBroker[] =>
  brokersWhere(image, listener, (broker) => broker.fenced)

function brokersWhere(
  image: MetadataImage,
  listener: string,
  wanted: (broker: BrokerImage) => boolean,
): AliveBroker[] {
  const found: AliveBroker[] = []
  for (const broker of image.brokers.values()) {
    const endpoint = wanted(broker) ? endpointNamed(broker, listener) : null
    if (endpoint !== null) found.push({ ...endpoint, id: broker.id, rack: broker.rack })
  }
  return found.sort((a, b) => a.id - b.id)
}

function endpointNamed(broker: BrokerImage, listener: string): Endpoint | null {
  const endpoint = broker.endpoints.find(({ name }) => name === listener)
  return endpoint === undefined ? null : { host: endpoint.host, port: endpoint.port }
}
