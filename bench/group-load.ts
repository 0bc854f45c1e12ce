/** Members of groups without a client around them: what goes over the wire and nothing else, so that both brokers meet the same. */
import { systemClock } from '../src/host/clock.ts'
import { systemNet } from '../src/host/net.ts'
import { findCoordinator as findCoordinatorApi } from '../src/protocol/apis/find-coordinator.ts'
import { heartbeat } from '../src/protocol/apis/heartbeat.ts'
import { joinGroup } from '../src/protocol/apis/join-group.ts'
import { listGroups } from '../src/protocol/apis/list-groups.ts'
import { offsetCommit } from '../src/protocol/apis/offset-commit.ts'
import { syncGroup } from '../src/protocol/apis/sync-group.ts'
import { errorName } from '../src/protocol/errors.ts'
import { encodeAssignment, encodeSubscription } from '../src/protocol/records/member-bytes.ts'
import { Connection } from '../src/wire/connection.ts'

export function connect(bootstrap: string): Promise<Connection> {
  const [host, port] = bootstrap.split(',')[0]!.split(':') as [string, string]
  return Connection.open({
    net: systemNet,
    clock: systemClock,
    clientId: 'bench',
    address: { host, port: Number(port) },
    connectTimeoutMs: 10_000,
    requestTimeoutMs: 60_000,
  })
}

/** The first who asks for a coordinator brings `__consumer_offsets` into being. */
export async function findCoordinator(connection: Connection): Promise<void> {
  await whenReady(async () => {
    const { errorCode } = await connection.call(
      findCoordinatorApi,
      { key: 'warm', keyType: 0 },
      { version: 3 },
    )
    return errorCode
  })
}

/** Until it is one: a coordinator that is just being made, or read, says so. */
async function whenReady(ask: () => Promise<number>): Promise<void> {
  for (;;) {
    const error = errorName(await ask())
    if (error === 'NONE') return
    if (!/COORDINATOR/.test(error)) throw new Error(error)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Other bytes each time: a member of a stable group that says what it said before is answered at once, and would not see the others join. */
const metadataOf = (join: number) =>
  encodeSubscription({ topics: ['t'], userData: Buffer.from(String(join)), ownedPartitions: [] })
/** The newest version in which a member needs no id to join. */
const joinVersion = 3

export class Member {
  readonly connection: Connection
  readonly groupId: string
  memberId = ''
  generationId = -1
  #joins = 0

  constructor(connection: Connection, groupId: string) {
    this.connection = connection
    this.groupId = groupId
  }

  /** To the first barrier and over the second. */
  async join(): Promise<void> {
    const { connection, groupId } = this
    const joined = await connection.call(
      joinGroup,
      {
        groupId,
        sessionTimeoutMs: 60_000,
        rebalanceTimeoutMs: 60_000,
        memberId: this.memberId,
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: metadataOf(this.#joins++) }],
      },
      { version: joinVersion },
    )
    if (joined.errorCode !== 0) throw new Error(errorName(joined.errorCode))
    this.memberId = joined.memberId
    this.generationId = joined.generationId
    const assignments = joined.members.map(({ memberId }, i) => ({
      memberId,
      assignment: encodeAssignment({
        assignedPartitions: [{ topic: 't', partitions: [i] }],
        userData: null,
      }),
    }))
    const { memberId, generationId } = this
    const synced = await connection.call(
      syncGroup,
      { groupId, generationId, memberId, assignments },
      { highest: joinVersion },
    )
    // Another member was late: once more.
    if (errorName(synced.errorCode) === 'REBALANCE_IN_PROGRESS') return this.join()
    if (synced.errorCode !== 0) throw new Error(errorName(synced.errorCode))
  }

  async beat(): Promise<void> {
    const { connection, groupId, memberId, generationId } = this
    const { errorCode } = await connection.call(heartbeat, { groupId, memberId, generationId })
    if (errorCode !== 0) throw new Error(errorName(errorCode))
  }
}

export async function commit(
  connection: Connection,
  groupId: string,
  topic: string,
  partitions: readonly number[],
  offset: bigint,
): Promise<void> {
  await whenReady(async () => {
    const answer = await connection.call(
      offsetCommit,
      {
        groupId,
        generationIdOrMemberEpoch: -1,
        memberId: '',
        topics: [
          {
            name: topic,
            partitions: partitions.map((partitionIndex) => ({
              partitionIndex,
              committedOffset: offset,
              committedMetadata: '',
            })),
          },
        ],
      },
      { highest: 9 },
    )
    return answer.topics[0]!.partitions.find(({ errorCode }) => errorCode !== 0)?.errorCode ?? 0
  })
}

/** Waits until every group is known, and says how many there are. */
export async function countGroups(connection: Connection): Promise<number> {
  let count = 0
  await whenReady(async () => {
    const { errorCode, groups } = await connection.call(listGroups, {})
    count = groups.length
    return errorCode
  })
  return count
}
