import { describe, expect, test } from 'vitest'
import type {
  Assignments,
  GroupMember,
  GroupTopics,
} from '../../../src/client/assignors/assignor.ts'
import { assignors } from '../../../src/client/assignors/assignors.ts'
import { vectorJson } from '../../support/vectors.ts'

type Scene = {
  assignor: string
  scene: string
  why: string
  topics: Record<string, number>
  racks?: Record<string, string[][]>
  members: {
    id: string
    instanceId?: string
    rack?: string
    topics: string[]
    generation?: number
    owned?: Record<string, number[]>
    userDataBase64?: string
  }[]
  assignment: Record<string, Record<string, number[]>>
}

const scenes = vectorJson<{ client: Scene[] }>('assignors.json').client

describe('what the leader of a classic group assigns, as Apache Kafka does', () => {
  test.each(scenes)('$assignor, $scene: $why', (scene) => {
    const assignor = assignors.get(scene.assignor)!
    const topics: GroupTopics = {
      partitionCounts: new Map(Object.entries(scene.topics)),
      ...(scene.racks === undefined ? {} : { racks: new Map(Object.entries(scene.racks)) }),
    }
    const members = scene.members.map((each) => memberOf(each, scene.assignor))
    const expected = Object.entries(scene.assignment).map(([id, each]) => [id, sorted(each)])
    expect(plain(assignor.assign(topics, members))).toEqual(Object.fromEntries(expected))
  })
})

function memberOf(member: Scene['members'][number], assignor: string): GroupMember {
  const { id, instanceId, rack, topics, generation, owned, userDataBase64 } = member
  // An eager member has given everything back: what it had stands in its user data alone.
  const isSilent = assignor === 'sticky'
  return {
    memberId: id,
    groupInstanceId: instanceId ?? null,
    topics,
    owned: isSilent
      ? []
      : Object.entries(owned ?? {}).flatMap(([topic, partitions]) =>
          partitions.map((partition) => ({ topic, partition })),
        ),
    generation: isSilent ? -1 : (generation ?? -1),
    userData: userDataBase64 === undefined ? null : Buffer.from(userDataBase64, 'base64'),
    rack: rack ?? null,
  }
}

function plain(assignments: Assignments) {
  return Object.fromEntries(
    [...assignments].map(([memberId, partitions]) => {
      const byTopic: Record<string, number[]> = {}
      for (const { topic, partition } of partitions) {
        byTopic[topic] ??= []
        byTopic[topic].push(partition)
      }
      return [memberId, sorted(byTopic)]
    }),
  )
}

// The order inside a topic is an accident of Kafka's; nobody reads it.
function sorted(topics: Record<string, number[]>): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(topics).map(([topic, list]) => [topic, [...list].sort((a, b) => a - b)]),
  )
}
