/** The quorum's small files in the folder of the metadata log. */
import type { Disk } from '../../host/disk.ts'
import type { QuorumFiles } from './doors.ts'

export function diskFiles(disk: Disk, directory: string): QuorumFiles {
  const path = (name: string) => `${directory}/${name}`
  return {
    list: () =>
      disk
        .list(directory)
        .filter(({ isDirectory }) => !isDirectory)
        .map(({ name }) => name),
    read: (name) => (disk.stat(path(name)) === null ? null : disk.readFile(path(name))),
    replace(name, bytes) {
      disk.replaceFile(path(name), bytes)
      disk.syncDirectory(directory)
    },
    writeAt(name, position, bytes) {
      const file = disk.open(path(name), 'create')
      try {
        file.truncate(position)
        file.write(bytes, position)
      } finally {
        file.close()
      }
    },
    publish(from, to) {
      const file = disk.open(path(from), 'write')
      try {
        file.syncNow()
      } finally {
        file.close()
      }
      disk.rename(path(from), path(to))
      disk.syncDirectory(directory)
    },
    remove: (name) => disk.remove(path(name)),
  }
}
