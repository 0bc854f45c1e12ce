/** What has configurations: its names in questions and answers, and who is asked about it. */
import { type ResourceType, resourceTypes } from '../../protocol/configs/resource-types.ts'
import type { Connection } from '../../wire/connection.ts'
import type { Cluster } from '../cluster.ts'
import type { Result } from '../result.ts'

/** `name` of a broker is its id; an empty one is the default of all brokers. */
export type Resource = { type: ResourceType; name: string }

export function resourceTypeOf(number: number): ResourceType {
  const found = Object.entries(resourceTypes).find(([, each]) => each === number)
  return (found?.[0] ?? 'topic') as ResourceType
}

/** A broker answers for its own configurations; anything else any broker does. */
export async function byPlace<V>(
  resources: readonly Resource[],
  ask: (some: readonly Resource[], place: number | null) => Promise<Map<Resource, Result<V>>>,
): Promise<Map<Resource, Result<V>>> {
  const places = new Map<number | null, Resource[]>()
  for (const resource of resources) {
    const own =
      (resource.type === 'broker' || resource.type === 'brokerLogger') && resource.name !== ''
    const place = own ? Number(resource.name) : null
    const some = places.get(place)
    if (some === undefined) places.set(place, [resource])
    else some.push(resource)
  }
  const answers = await Promise.all([...places].map(([place, some]) => ask(some, place)))
  if (answers.length === 1) return answers[0]!
  const all = new Map(answers.flatMap((each) => [...each]))
  return new Map(resources.map((resource) => [resource, all.get(resource)!]))
}

export async function placeOf(cluster: Cluster, brokerId: number | null): Promise<Connection> {
  if (brokerId === null) return cluster.any()
  await cluster.ensureFresh()
  return cluster.broker(brokerId)
}

/** Whose answer is whose. */
export function matched<E extends { resourceType: number; resourceName: string }, V>(
  resources: readonly Resource[],
  answers: readonly E[],
  result: (answer: E) => Result<V>,
): Map<Resource, Result<V>> {
  const found = new Map<Resource, Result<V>>()
  let others: Map<string, E> | null = null
  resources.forEach((resource, index) => {
    let answer = answers[index]
    // Brokers answer in the order of the question.
    if (answer === undefined || !isOf(answer, resource)) {
      others ??= new Map(answers.map((each) => [`${each.resourceType} ${each.resourceName}`, each]))
      answer = others.get(`${resourceTypes[resource.type]} ${resource.name}`)
    }
    if (answer !== undefined) found.set(resource, result(answer))
  })
  return found
}

function isOf(answer: { resourceType: number; resourceName: string }, { type, name }: Resource) {
  return answer.resourceName === name && answer.resourceType === resourceTypes[type]
}
