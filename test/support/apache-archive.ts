/**
 * Java loads some three thousand classes before one of Apache's tools says its first word. A class data archive (JEP 310)
 * halves that time, and with it the time of a run of all transcripts. It is made once per class path, from what the tools load when
 * nobody answers them, and it is only an accelerator: without it everything works, just slower.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheFolder } from './project.ts'

// Whatever cannot be mapped is loaded as always; no word about it may reach a tool's stdout.
const quiet = ['-Xlog:disable', '-Xlog:all=off']

/** Java's flags that use the archive of this class path; made when it is not there yet. */
export function archiveFlags(classpath: string, java: readonly string[]): string[] {
  const digest = createHash('sha256').update(classpath).digest('hex').slice(0, 12)
  const archive = join(cacheFolder('classpath'), `tools-${digest}.jsa`)
  if (!existsSync(archive) && !make(archive, classpath, java)) return []
  return [`-XX:SharedArchiveFile=${archive}`, ...quiet]
}

function make(archive: string, classpath: string, java: readonly string[]): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'class-archive-'))
  const runJava = (...args: string[]) =>
    spawnSync('java', [...java, ...args], {
      cwd: folder,
      env: { ...process.env, CLASSPATH: classpath },
      stdio: ['pipe', 'ignore', 'ignore'],
      input: 'one line\n',
      timeout: 60_000,
    })
  try {
    writeFileSync(
      join(folder, 'short.properties'),
      'default.api.timeout.ms=600\nrequest.timeout.ms=500\n',
    )
    const classes = new Set<string>()
    for (const [index, args] of rehearsals.entries()) {
      const list = join(folder, `${index}.txt`)
      runJava(`-XX:DumpLoadedClassList=${list}`, ...args)
      for (const name of readFileSync(list, 'utf8').split('\n')) classes.add(name)
    }
    writeFileSync(join(folder, 'all.txt'), [...classes].join('\n'))
    const part = `${archive}.${process.pid}`
    runJava(
      '-Xshare:dump',
      `-XX:SharedClassListFile=${join(folder, 'all.txt')}`,
      `-XX:SharedArchiveFile=${part}`,
    )
    if (!existsSync(part)) return false
    renameSync(part, archive)
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const nobody = ['--bootstrap-server', '127.0.0.1:1', '--command-config', 'short.properties']
const rehearsals = [
  ['org.apache.kafka.tools.TopicCommand', ...nobody, '--describe'],
  [
    'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
    ...nobody,
    '--list',
    '--timeout',
    '600',
  ],
  ['org.apache.kafka.tools.ConsoleProducer', ...nobody, '--topic', 'x', '--max-block-ms', '300'],
  [
    'org.apache.kafka.tools.consumer.ConsoleConsumer',
    ...nobody,
    ...['--topic', 'x', '--timeout-ms', '600'],
  ],
]
