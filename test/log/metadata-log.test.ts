/** A metadata log that lost its last batches, at the end of a batch: the mark of a clean stop tells how far it went at least. */
import { expect, test } from 'vitest'
import { batches } from '../../src/protocol/batch/layout.ts'
import { SimDisk } from '../sim/disk.ts'
import { batch, listeningLogger, world } from './support.ts'

const folder = '/data/__cluster_metadata-0'
const path = `${folder}/00000000000000000000.log`

/** Five records, a batch each; the broker's registration is that of offset 3. The last `lost` batches are gone. */
async function stopped({ lost, leaderId }: { lost: number; leaderId: number }): Promise<SimDisk> {
  const { disk, logs } = await world(new SimDisk())
  const log = logs.metadataLog()
  for (let i = 0; i < 5; i++) {
    log.appendAsLeader(batch({ records: [`=${i}`] }), { leaderEpoch: 1, origin: 'raft', now: 0 })
  }
  await logs.close({ brokerEpoch: 3n })
  const state = { leaderId, leaderEpoch: 1, votedId: -1, data_version: 1 }
  disk.writeFile(`${folder}/quorum-state`, Buffer.from(JSON.stringify(state)))
  const bytes = Buffer.from(disk.readFile(path))
  const end = [...batches(bytes), bytes.length][5 - lost]!
  disk.writeFile(path, bytes.subarray(0, end))
  return disk.afterKill()
}

async function opened(disk: SimDisk): Promise<string> {
  const logger = listeningLogger()
  const { logs } = await world(disk, { logger })
  logs.metadataLog()
  return logger.lines.join('\n')
}

const says =
  'ends at offset 3, although this broker was registered at offset 3 of it and closed cleanly'

test('where this node led, it is refused, and again, until somebody decides', async () => {
  const disk = await stopped({ lost: 2, leaderId: 1 })
  for (let i = 0; i < 2; i++) {
    await expect(opened(disk.afterKill())).rejects.toThrow(`${folder} ${says}: some of the topics`)
  }
  const left = disk.afterKill()
  await expect(opened(left)).rejects.toThrow(says)
  expect(left.stat('/data/.kafka_cleanshutdown')).not.toBeNull()
  const decided = disk.afterKill()
  decided.remove('/data/.kafka_cleanshutdown')
  expect(await opened(decided)).not.toContain('registered')
})

test('where another one led, or nobody, it is said', async () => {
  for (const leaderId of [2, -1]) {
    expect(await opened(await stopped({ lost: 2, leaderId }))).toContain(`warn: ${folder} ${says}`)
  }
})

test.each([
  {
    what: 'the registration is still there',
    prepare: () => stopped({ lost: 1, leaderId: 1 }),
  },
  {
    what: 'a snapshot reaches beyond it',
    async prepare() {
      const disk = await stopped({ lost: 2, leaderId: 1 })
      disk.writeFile(`${folder}/00000000000000000004-0000000001.checkpoint`, Buffer.from('x'))
      return disk
    },
  },
])('nothing is said where $what', async ({ prepare }) => {
  expect(await opened(await prepare())).not.toContain('registered')
})
