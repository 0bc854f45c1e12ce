/** Log directories that belong to somebody else, or to nobody: what is refused, and that nothing in it is touched; and what becomes ours. */
import { expect, test } from 'vitest'
import { FolderNode, SimDisk } from '../sim/disk.ts'
import { append, defaults, topicId, world } from './support.ts'

const meta = '/data/meta.properties'

async function written(): Promise<SimDisk> {
  const { disk, logs } = await world(new SimDisk(), { clusterId: 'ours' })
  append(logs.create('t', 0, topicId, defaults), 'k=0')
  logs.metadataLog()
  await logs.close({ brokerEpoch: 1n })
  return disk.afterKill()
}

function paths(folder: FolderNode, at = ''): string[] {
  return [...folder.entries].flatMap(([name, node]) => {
    const path = `${at}/${name}`
    return node instanceof FolderNode ? [path, ...paths(node, path)] : [path]
  })
}

test.each<{ what: string; damage: (disk: SimDisk) => void; says: RegExp }>([
  {
    what: 'partitions, and nothing that says whose they are',
    damage: (disk) => disk.remove(meta),
    says: /^\/data holds the folder \S+, but no meta\.properties that says whose it is: put that file back, or give an empty directory in log\.dirs$/,
  },
  {
    what: 'the same in a second directory',
    damage: (disk) => disk.makeDirectory('/more/theirs-0'),
    says: /^\/more holds the folder theirs-0, but no meta\.properties/,
  },
  {
    what: 'somebody’s photos in a second directory',
    damage: (disk) => disk.makeDirectory('/more/photos'),
    says: /^\/more holds the folder photos, but no meta\.properties/,
  },
  {
    what: 'a copy of a directory',
    damage: (disk) => {
      disk.makeDirectory('/more')
      disk.writeFile('/more/meta.properties', disk.readFile(meta))
    },
    says: /^\/data\/meta\.properties and \/more\/meta\.properties have the same directory\.id \S{22}, so that one is a copy of the other: take the copy out of log\.dirs$/,
  },
  {
    what: 'a metadata log in a directory that is not the one for it',
    damage: (disk) => {
      disk.makeDirectory('/more/__cluster_metadata-0')
      const theirs = 'version=1\ncluster.id=ours\nnode.id=1\ndirectory.id=x\n'
      disk.writeFile('/more/meta.properties', Buffer.from(theirs))
    },
    says: /^\/more\/__cluster_metadata-0 lies where no metadata log should be, which is \/data: give metadata\.log\.dir=\/more if/,
  },
])('$what', async ({ damage, says }) => {
  const disk = await written()
  damage(disk)
  disk.makeDirectory('/more')
  const before = paths(disk.root)
  const opened = () => world(disk, { clusterId: 'ours', directories: ['/data', '/more'] })
  await expect(opened()).rejects.toThrow(says)
  // Whoever was there first is not renamed, and the next try says the same.
  await expect(opened()).rejects.toThrow(says)
  expect(paths(disk.root)).toEqual(before)
})

test.each<{ what: string; prepare: (disk: SimDisk) => void }>([
  { what: 'is missing', prepare: () => {} },
  { what: 'is empty', prepare: (disk) => disk.makeDirectory('/more') },
  { what: 'is a fresh disk', prepare: (disk) => disk.makeDirectory('/more/lost+found') },
  {
    what: 'was half formatted',
    prepare: (disk) => disk.makeDirectory('/more/__cluster_metadata-0'),
  },
])('a directory that $what becomes ours', async ({ prepare }) => {
  const disk = await written()
  prepare(disk)
  const alone = { clusterId: 'ours', directories: ['/more'] }
  const beside = { clusterId: 'ours', directories: ['/data', '/more'] }
  const isMetadata = disk.stat('/more/__cluster_metadata-0') !== null
  const { logs } = await world(disk, isMetadata ? alone : beside)
  expect(logs.directories().at(-1)).toMatchObject({ path: '/more', online: true })
  expect(Buffer.from(disk.readFile('/more/meta.properties')).toString()).toContain(
    'cluster.id=ours',
  )
})
