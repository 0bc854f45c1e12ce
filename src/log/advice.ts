/** What a person can do about an error of the operating system under a log directory; null where there is nothing to say. */
export function adviceOn(code: string | undefined): string | null {
  return code === undefined ? null : (advice.get(code) ?? null)
}

const permissions =
  'give the user of this process the right to read and write there, or give another directory in log.dirs'

const advice = new Map([
  ['EACCES', permissions],
  ['EPERM', permissions],
  [
    'EROFS',
    'the file system is mounted read-only: mount it for writing, or give another directory in log.dirs',
  ],
  ['EISDIR', 'a folder stands where a file should be: move it away'],
  [
    'ENOTDIR',
    'a file stands where a folder should be: move it away, or give another directory in log.dirs',
  ],
  ['EIO', 'the medium could not do it: the log of the kernel (dmesg) tells more'],
  ['EMFILE', 'allow this process more open files (ulimit -n)'],
  ['ENFILE', 'the machine has no room for more open files'],
])
