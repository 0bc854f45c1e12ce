import type { MetadataImage } from '../../metadata/image.ts'
import { listConfigResources } from '../../protocol/apis/list-config-resources.ts'
import { resourceTypes } from '../../protocol/configs/resource-types.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'

const known: readonly number[] = Object.values(resourceTypes)

/** Before version 1 it listed client metrics alone (KIP-1142). */
export default handler(listConfigResources, ({ image }, request, call) => {
  const asked = call.apiVersion === 0 ? [resourceTypes.clientMetrics] : request.resourceTypes
  if (asked.some((type) => !known.includes(type))) {
    return { throttleTimeMs: 0, errorCode: code('UNSUPPORTED_VERSION'), configResources: [] }
  }
  const types = asked.length === 0 ? known : [...new Set(asked)]
  const configResources = types.flatMap((resourceType) =>
    namesOf(image, resourceType).map((resourceName) => ({ resourceName, resourceType })),
  )
  return { throttleTimeMs: 0, errorCode: 0, configResources }
})

function namesOf(image: MetadataImage, type: number): string[] {
  switch (type) {
    case resourceTypes.topic:
      return [...image.topicsByName.keys()]
    case resourceTypes.broker:
    case resourceTypes.brokerLogger:
      return [...image.brokers.keys()].map(String)
    default:
      return [...(image.configs.get(type)?.keys() ?? [])]
  }
}
