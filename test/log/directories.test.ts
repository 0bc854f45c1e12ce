/** Log directories that are not what they should be: a message that names the file and says what to do; and nothing is removed. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { systemDisk } from '../../src/host/disk.ts'
import { KafkaError } from '../../src/protocol/errors.ts'
import { FolderNode, SimDisk } from '../sim/disk.ts'
import { SeededRandom } from '../sim/random.ts'
import { append, batch, contents, defaults, listeningLogger, topicId, world } from './support.ts'

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
      says: /^\/data\/meta\.properties has version 0; only 1 is known: it is of ZooKeeper times, and must be migrated by an older Kafka first$/,
    },
    {
      what: 'a version that is newer than we are',
      damage: metaSays('version=2\ncluster.id=ours\nnode.id=1\n'),
      says: /^\/data\/meta\.properties has version 2; only 1 is known: a newer Kafka wrote it; give another directory in log\.dirs$/,
    },
    {
      what: 'a meta.properties of garbage',
      damage: metaSays('\0\0\0\0'),
      says: /^\/data\/meta\.properties is damaged: it has no version; write there what is known of/,
    },
    {
      what: 'a meta.properties without a cluster',
      damage: metaSays('version=1\nnode.id=1\n'),
      says: /^\/data\/meta\.properties is damaged: it has no cluster\.id; write there/,
    },
    {
      what: 'a node id that is no number',
      damage: metaSays('version=1\ncluster.id=ours\nnode.id=one\n'),
      says: /^\/data\/meta\.properties is damaged: node\.id is "one" there; write there/,
    },
    {
      what: 'a folder that is no partition’s',
      damage: (disk) => disk.makeDirectory('/data/photos'),
      says: /^\/data\/photos is not the folder of a partition \(topic-number\).*move it away$/,
    },
    {
      what: 'a partition.metadata of a newer version',
      damage: (disk) =>
        disk.writeFile(
          '/data/t-0/partition.metadata',
          Buffer.from(`version: 9\ntopic_id: ${'x'.repeat(22)}`),
        ),
      says: /^\/data\/t-0\/partition\.metadata has version 9; only 0 is known: a newer Kafka wrote it$/,
    },
    {
      what: 'a partition.metadata of something else',
      damage: (disk) =>
        disk.writeFile('/data/t-0/partition.metadata', Buffer.from('something else'.repeat(5))),
      says: /^\/data\/t-0\/partition\.metadata is malformed: .*move it away/,
    },
    {
      what: 'a leader-epoch-checkpoint of garbage',
      damage: (disk) => disk.writeFile('/data/t-0/leader-epoch-checkpoint', Buffer.from('garbage')),
      says: /^\/data\/t-0\/leader-epoch-checkpoint is not what it should be: .*move it away/,
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
    const { logs } = await world(disk, {
      directories: ['/data', '/more'],
      random: new SeededRandom(8),
    })
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

describe('a folder stands where a file should be', () => {
  const base = '/data/t-0/00000000000000000000'
  test.each([
    '/data/meta.properties',
    '/data/recovery-point-offset-checkpoint',
    '/data/log-start-offset-checkpoint',
    '/data/.kafka_cleanshutdown',
    '/data/t-0/partition.metadata',
    '/data/t-0/leader-epoch-checkpoint',
    `${base}.log`,
    `${base}.index`,
    `${base}.timeindex`,
    `${base}.txnindex`,
    '/data/t-0/00000000000000000001.snapshot',
  ])('%s', async (path) => {
    for (const stop of ['clean', 'kill'] as const) {
      const disk = await written()
      if (stop === 'kill') disk.remove('/data/.kafka_cleanshutdown')
      disk.remove(path)
      disk.makeDirectory(path)
      const before = paths(disk.root)
      const opened = world(disk, { clusterId: 'ours' })
      await expect(opened).rejects.toThrow(KafkaError)
      await expect(opened).rejects.toThrow(path)
      await expect(opened).rejects.toThrow(
        '): a folder stands where a file should be: move it away',
      )
      expect(paths(disk.root)).toEqual(before)
    }
  })
})

test('a metadata log that ends in the middle of a batch after a clean stop: refused until somebody decides', async () => {
  const { disk, logs } = await world(new SimDisk())
  const log = logs.metadataLog()
  for (let i = 0; i < 3; i++) {
    log.appendAsLeader(batch({ records: [`=${i}`] }), { leaderEpoch: 1, origin: 'raft', now: 0 })
  }
  await logs.close({ brokerEpoch: 1n })
  const path = '/data/__cluster_metadata-0/00000000000000000000.log'
  const whole = Buffer.from(disk.readFile(path))
  let left = disk.afterKill()
  left.writeFile(path, whole.subarray(0, whole.length - 5))
  const opening = async () => {
    left = left.afterKill()
    const { logs } = await world(left)
    return logs.metadataLog().logEndOffset
  }
  const refusal =
    /^\/data\/__cluster_metadata-0\/0+\.log ends with a batch of \d+ bytes, .*Put back a copy of the file; or remove \.kafka_cleanshutdown/
  for (let i = 0; i < 2; i++) await expect(opening()).rejects.toThrow(refusal)
  expect(left.readFile(path)).toHaveLength(whole.length - 5)
  left.remove('/data/.kafka_cleanshutdown')
  expect(await opening()).toBe(2n)
})

test('a file stands where the log directory should be', async () => {
  const disk = new SimDisk()
  disk.writeFile('/data', Buffer.from('mine'))
  await expect(world(disk)).rejects.toThrow(
    /'\/data'\): a file stands where a folder should be: move it away/,
  )
  expect(Buffer.from(disk.readFile('/data')).toString()).toBe('mine')
})

/** Nothing may be written to what has such a name. */
class ReadOnlyDisk extends SimDisk {
  readOnly: RegExp | null = null

  override open(...[path, mode]: Parameters<SimDisk['open']>): ReturnType<SimDisk['open']> {
    if (mode === 'read' || this.readOnly?.test(path) !== true) return super.open(path, mode)
    throw Object.assign(new Error(`EACCES: permission denied, open '${path}'`), { code: 'EACCES' })
  }
}

test.each(
  ['clean', 'kill'].flatMap((stop) =>
    ['log', 'index', 'timeindex'].map((suffix) => ({ stop, suffix })),
  ),
)(
  'the .$suffix of the segment to be written next is read-only ($stop): said at the start, not at the first record or roll',
  async ({ stop, suffix }) => {
    const { root } = await written()
    const disk = new ReadOnlyDisk(root)
    if (stop === 'kill') disk.remove('/data/.kafka_cleanshutdown')
    disk.readOnly = new RegExp(`\\.${suffix}$`)
    const before = paths(disk.root)
    await expect(world(disk, { clusterId: 'ours' })).rejects.toThrow(
      `permission denied, open '/data/t-0/00000000000000000000.${suffix}'): give the user of this process the right to read and write there`,
    )
    expect(paths(disk.root)).toEqual(before)
    const { logs } = await world(disk.afterKill(), { clusterId: 'ours' })
    expect(contents(logs.get('t', 0)!)).toEqual(['0 k=0'])
  },
)

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
