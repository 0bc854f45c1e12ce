/** A broker changes its own configurations and those of all brokers, never another one's (KIP-226). */
import { resourceTypes } from '../../protocol/configs/resource-types.ts'
import { code } from '../../protocol/errors.ts'

interface Resource {
  readonly resourceType: number
  readonly resourceName: string
}

export interface Refused extends Resource {
  readonly errorCode: number
  readonly errorMessage: string
}

/** What this broker refuses by itself, and what is left for the controller to decide. */
export function splitOwn<R extends Resource>(
  brokerId: number,
  resources: readonly R[],
): { refused: Refused[]; left: R[] } {
  const refused: Refused[] = []
  const left: R[] = []
  for (const resource of resources) {
    const errorMessage = objection(brokerId, resource)
    if (errorMessage === null) left.push(resource)
    else {
      const { resourceType, resourceName } = resource
      refused.push({ resourceType, resourceName, errorCode: code('INVALID_REQUEST'), errorMessage })
    }
  }
  return { refused, left }
}

function objection(brokerId: number, { resourceType, resourceName }: Resource): string | null {
  if (resourceType !== resourceTypes.broker || resourceName === '') return null
  if (!/^[+-]?\d+$/.test(resourceName))
    return `Node id must be an integer, but it is: ${resourceName}`
  if (Number(resourceName) === brokerId) return null
  return `Unexpected broker id, expected ${brokerId}, but received ${resourceName}`
}
