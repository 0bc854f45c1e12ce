/**
 * The clients of `test/clients`: how each is fetched and built (pinned, remembered under `.cache/`), what it needs of the machine,
 * and what its run said. Nothing here is needed by the plain test command.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mavenClasspath } from './apache.ts'
import { type Command, run } from './processes.ts'
import { type Available, cacheFolder, mayFetch, notFetched, projectRoot, which } from './project.ts'

const folder = join(projectRoot, 'test', 'clients')

export const steps = [
  ...['create', 'describe', 'none', 'gzip', 'snappy', 'lz4', 'zstd'],
  ...['consume', 'group', 'groups', 'delete'],
] as const
export type Step = (typeof steps)[number]

/** What one step of a client came to; `missing` when the program ended before it. */
export type Verdict = { outcome: 'ok' | 'fail' | 'skip' | 'missing'; reason: string }
export type ClientRun = { client: string; verdicts: Record<Step, Verdict>; output: string }

export type Client = {
  name: string
  /** The version as its build file pins it. */
  version: string
  language: string
  /** Can it connect to a unix socket? */
  unixSocket: boolean
  /** Fetches and builds; gives the command without its arguments. */
  prepare(): Available<Command>
}

/** Every client of the folder. */
export const clients: readonly Client[] = [
  {
    name: 'kafkajs',
    version: pinned(
      '../../package-lock.json',
      /"node_modules\/kafkajs": \{\s+"version": "([^"]+)"/,
    ),
    language: 'Node.js',
    unixSocket: true,
    prepare: () => ready({ command: process.execPath, args: [join(folder, 'kafkajs/client.mjs')] }),
  },
  python('confluent-kafka', 'Python, librdkafka', /confluent-kafka==(\S+)/),
  {
    name: 'kcat',
    version: kcatVersion(),
    language: 'C, librdkafka',
    unixSocket: false,
    prepare: () =>
      which('kcat') === null
        ? lacking('no kcat on the PATH (Debian: apt-get install kcat)')
        : ready({ command: 'bash', args: [join(folder, 'kcat/client.sh')] }),
  },
  java('4.3'),
  java('3.9'),
  java('2.8'),
  python('kafka-python', 'Python', /kafka-python==(\S+)/),
  python('kafka-python-old', 'Python', /kafka-python==(\S+)/, 'kafka-python'),
  python('aiokafka', 'Python', /aiokafka==(\S+)/),
  go('kafka-go', /segmentio\/kafka-go (\S+)/),
  go('sarama', /IBM\/sarama (\S+)/),
  go('franz-go', /twmb\/franz-go (\S+)/),
  {
    name: 'rskafka',
    version: pinned('rskafka/Cargo.toml', /rskafka = "=([^"]+)"/),
    language: 'Rust',
    unixSocket: false,
    prepare: buildRust,
  },
]

/** Runs a prepared client; `prefix` names its topics and groups and has to be new to the cluster. */
export async function runClient(
  client: Client,
  command: Command,
  bootstrap: string,
  prefix: string,
): Promise<ClientRun> {
  const finished = await run(
    { ...command, args: [...command.args, bootstrap, prefix] },
    { timeoutMs: 180_000 },
  )
  const stdout = finished.stdout.toString()
  const verdicts = Object.fromEntries(
    steps.map((step) => [step, { outcome: 'missing', reason: 'the program ended before' }]),
  ) as Record<Step, Verdict>
  for (const line of stdout.split('\n')) {
    const [, outcome, step, reason = ''] = /^(ok|fail|skip) (\S+) ?(.*)$/.exec(line) ?? []
    if (step !== undefined && step in verdicts) {
      verdicts[step as Step] = { outcome: outcome as 'ok' | 'fail' | 'skip', reason }
    }
  }
  const output = `${stdout}${finished.stderr}${finished.timedOut ? 'it did not end in time\n' : ''}`
  return { client: client.name, verdicts, output }
}

/** The steps that did not go as they should. */
export function failures({ verdicts }: ClientRun): { step: Step; verdict: Verdict }[] {
  return steps
    .map((step) => ({ step, verdict: verdicts[step] }))
    .filter(({ verdict }) => verdict.outcome === 'fail' || verdict.outcome === 'missing')
}

function python(name: string, language: string, version: RegExp, program = name): Client {
  const requirements = join(folder, name, 'requirements.txt')
  return {
    name,
    version: pinned(`${name}/requirements.txt`, version),
    language,
    unixSocket: false,
    prepare() {
      if (which('python3') === null) return lacking('no python3 on the PATH')
      return remembered(
        `python-${name}`,
        [requirements],
        (target) => {
          const venv = tool('python3', ['-m', 'venv', target])
          if (!venv.ok) return venv
          return tool(join(target, 'bin', 'pip'), [
            ...['install', '--quiet', '--disable-pip-version-check'],
            ...['--requirement', requirements],
          ])
        },
        (target) => ({
          command: join(target, 'bin', 'python'),
          args: [join(folder, program, 'client.py')],
        }),
      )
    },
  }
}

function go(name: string, version: RegExp): Client {
  const source = join(folder, name)
  return {
    name,
    version: pinned(`${name}/go.mod`, version),
    language: 'Go',
    unixSocket: false,
    prepare() {
      if (which('go') === null) return lacking('no go on the PATH')
      const files = readdirSync(source).map((file) => join(source, file))
      return remembered(
        `go-${name}`,
        files,
        (target) => tool('go', ['build', '-C', source, '-o', join(target, 'client'), '.']),
        (target) => ({ command: join(target, 'client'), args: [] }),
      )
    },
  }
}

function java(line: string): Client {
  const name = `java-client-${line}`
  return {
    name,
    version: pinned(`${name}/pom.xml`, /<version>(\d+\.\d+\.\d+)<\/version>/),
    language: 'Java',
    unixSocket: false,
    prepare() {
      if (which('java') === null) return lacking('no java on the PATH')
      const classpath = mavenClasspath(join(folder, name), name)
      if (!classpath.ok) return classpath
      // Java runs a source file as it stands; the class path comes through the environment.
      return ready({
        command: 'java',
        args: ['-XX:TieredStopAtLevel=1', join(folder, 'java-client', 'Client.java')],
        env: { CLASSPATH: classpath.value },
      })
    },
  }
}

function buildRust(): Available<Command> {
  if (which('cargo') === null) return lacking('no cargo on the PATH')
  const source = join(folder, 'rskafka')
  const files = ['Cargo.toml', 'Cargo.lock', 'src/main.rs'].map((file) => join(source, file))
  return remembered(
    'rust-rskafka',
    files,
    (target) =>
      tool('cargo', [
        ...['build', '--quiet', '--locked', '--manifest-path', join(source, 'Cargo.toml')],
        ...['--target-dir', target],
      ]),
    (target) => ({ command: join(target, 'debug', 'rskafka-client'), args: [] }),
  )
}

/** A build that is kept under the content of the files it is made from. */
function remembered(
  name: string,
  files: readonly string[],
  build: (target: string) => Available<true>,
  command: (target: string) => Command,
): Available<Command> {
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(file))
  const folderName = `${name}-${hash.digest('hex').slice(0, 12)}`
  const target = join(cacheFolder('clients'), folderName)
  const done = join(target, '.done')
  if (!existsSync(done)) {
    if (!mayFetch()) return lacking(`${name} is ${notFetched}`)
    rmSync(target, { recursive: true, force: true })
    const built = build(cacheFolder('clients', folderName))
    if (!built.ok) return built
    writeFileSync(done, '')
  }
  return ready(command(target))
}

function tool(command: string, args: readonly string[]): Available<true> {
  const ran = spawnSync(command, args, { encoding: 'utf8', timeout: 600_000 })
  if (ran.status === 0) return { ok: true, value: true }
  const said = `${ran.error?.message ?? ''}${ran.stderr ?? ''}${ran.stdout ?? ''}`.trim()
  return lacking(`${command} ${args[0]} failed: ${said.split('\n').slice(-3).join(' | ')}`)
}

function pinned(file: string, pattern: RegExp): string {
  return pattern.exec(readFileSync(join(folder, file), 'utf8'))?.[1] ?? 'unknown'
}

function kcatVersion(): string {
  const said = spawnSync('kcat', ['-V'], { encoding: 'utf8' }).stdout ?? ''
  return /Version (\S+)/.exec(said)?.[1] ?? 'of Debian'
}

function ready(command: Command): Available<Command> {
  return { ok: true, value: command }
}

function lacking(reason: string): { ok: false; reason: string } {
  return { ok: false, reason }
}
