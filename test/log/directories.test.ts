/** Log directories that are not what they should be: a message that names the file and says what to do; and nothing is removed. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { systemDisk } from '../../src/host/disk.ts'
import { KafkaError } from '../../src/protocol/errors.ts'
import { FolderNode, SimDisk } from '../sim/disk.ts'
import { append, contents, defaults, listeningLogger, topicId, world } from './support.ts'

async function written(): Promise<SimDisk> {
  const { disk, logs } = await world(new SimDisk(), { clusterId: 'ours' })
  const log = logs.create('t', 0, topicId, defaults)
  append(log, 'k=0')
  await logs.close({ brokerEpoch: 1n })
  return disk.afterKill()
}

/** Every path, but for what a start writes: checkpoints, locks, and the mark that it takes away. */
function paths(folder: FolderNode, at = ''): string[] {
  return [...folder.entries].flatMap(([name, node]) => {
    if (/checkpoint|\.kafka_cleanshutdown|\.lock/.test(name)) return []
    const path = `${at}/${name}`
    return node instanceof FolderNode ? [path, ...paths(node, path)] : [path]
  })
}

const meta = '/data/meta.properties'
const metaSays = (text: string) => (disk: SimDisk) => disk.writeFile(meta, Buffer.from(text))

describe('a start is refused', () => {
  test.each<{ what: string; damage: (disk: SimDisk) => void; says: RegExp }>([
    {
      what: 'another cluster',
      damage: metaSays('version=1\ncluster.id=theirs\nnode.id=1\ndirectory.id=x\n'),
      says: /^\/data\/meta\.properties says .* the cluster theirs, not to ours: give another directory in log\.dirs$/,
    },
    {
      what: 'another node',
      damage: metaSays('version=1\ncluster.id=ours\nnode.id=7\ndirectory.id=x\n'),
      says: /^\/data\/meta\.properties says .* node 7, but this is node 1: give node\.id=7, or another directory in log\.dirs$/,
    },
    {
      what: 'a version of ZooKeeper times',
      damage: metaSays('version=0\nbroker.id=1\n'),
      says: /^\/data\/meta\.properties has version 0; only 1 is known .*must be migrated by an older Kafka first/,
    },
    {
      what: 'a version that is newer than we are',
      damage: metaSays('version=2\ncluster.id=ours\nnode.id=1\n'),
      says: /^\/data\/meta\.properties has version 2; only 1 is known/,
    },
    {
      what: 'a meta.properties of garbage',
      damage: metaSays('\0\0\0\0'),
      says: /^\/data\/meta\.properties has no version/,
    },
    {
      what: 'a meta.properties without a cluster',
      damage: metaSays('version=1\nnode.id=1\n'),
      says: /^\/data\/meta\.properties has no cluster\.id/,
    },
    {
      what: 'a folder that is no partition’s',
      damage: (disk) => disk.makeDirectory('/data/photos'),
      says: /^\/data\/photos is not the folder of a partition \(topic-number\).*move it away$/,
    },
    {
      what: 'a partition.metadata of something else',
      damage: (disk) =>
        disk.writeFile(
          '/data/t-0/partition.metadata',
          Buffer.from(`version: 9\ntopic_id: ${'x'.repeat(22)}`),
        ),
      says: /^\/data\/t-0\/partition\.metadata is malformed: it should be/,
    },
    {
      what: 'a leader-epoch-checkpoint of garbage',
      damage: (disk) => disk.writeFile('/data/t-0/leader-epoch-checkpoint', Buffer.from('garbage')),
      says: /^\/data\/t-0\/leader-epoch-checkpoint is not what it should be/,
    },
  ])('$what', async ({ damage, says }) => {
    const disk = await written()
    damage(disk)
    const before = paths(disk.root)
    const opened = world(disk, { clusterId: 'ours' })
    await expect(opened).rejects.toThrow(KafkaError)
    await expect(opened).rejects.toThrow(says)
    expect(paths(disk.root)).toEqual(before)
  })

  test('a partition that lies in two directories', async () => {
    const disk = await written()
    const { logs } = await world(disk, { directories: ['/data', '/more'] })
    await logs.close({ brokerEpoch: 1n })
    const both = disk.afterKill()
    both.makeDirectory('/more/t-0')
    for (const name of both.names('/data/t-0')) {
      both.writeFile(`/more/t-0/${name}`, both.readFile(`/data/t-0/${name}`))
    }
    const before = paths(both.root)
    await expect(world(both, { directories: ['/data', '/more'] })).rejects.toThrow(
      /^the partition t-0 lies in two log directories, \/data\/t-0 and \/more\/t-0: move one of them away$/,
    )
    expect(paths(both.root)).toEqual(before)
  })
})

test('where the segment of a partition is a folder, its directory goes offline with that name, and the other goes on', async () => {
  const disk = await written()
  disk.remove('/data/t-0/00000000000000000000.log')
  disk.makeDirectory('/data/t-0/00000000000000000000.log')
  const logger = listeningLogger()
  const directories = ['/data', '/more']
  const { logs } = await world(disk, { directories, metadataDirectory: '/more', logger })
  expect(logs.directories().map(({ path, online }) => [path, online])).toEqual([
    ['/data', false],
    ['/more', true],
  ])
  expect(logger.lines.join('\n')).toMatch(
    /error: the log directory \/data failed \(EISDIR.*0+\.log.*it is offline until the broker starts again/,
  )
  const log = logs.create('u', 0, topicId, defaults)
  append(log, 'k=1')
  expect(contents(log)).toEqual(['0 k=1'])
})

test('the system’s own errors name the file too', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jackdaw-disk-'))
  try {
    const path = join(folder, '00000000000000000000.log')
    mkdirSync(path)
    const file = systemDisk.open(path, 'read')
    expect(() => file.read(new Uint8Array(8), 0)).toThrow(
      `EISDIR: illegal operation on a directory, read, '${path}'`,
    )
    file.close()
    expect(() => systemDisk.open(path, 'create')).toThrow(path)
    systemDisk.writeFile(`${path}.txt`, Buffer.from('x'))
    const readOnly = systemDisk.open(`${path}.txt`, 'read')
    expect(() => readOnly.write(Buffer.from('y'), 0)).toThrow(`'${path}.txt'`)
    readOnly.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})
