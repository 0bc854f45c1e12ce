/** `npm run clients`: every client of `test/clients` against a broker, as a table. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { apacheVersion } from './apache.ts'
import { type ClientRun, clients, failures, runClient, type Step, steps } from './clients.ts'
import { clustersOf, type Maker, makers } from './combinations.ts'
import { projectRoot } from './project.ts'

const usage =
  'npm run clients -- --broker jackdaw|apache | --bootstrap HOST:PORT  [--only NAME] [--write]'

/** Runs the command line and gives the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      broker: { type: 'string', default: 'jackdaw' },
      bootstrap: { type: 'string' },
      only: { type: 'string', multiple: true },
      write: { type: 'boolean', default: false },
    },
  })
  if (!makers.includes(values.broker as Maker)) {
    console.error(usage)
    return 1
  }
  const maker = values.broker as Maker
  const chosen = clients.filter(
    ({ name }) => values.only === undefined || values.only.includes(name),
  )
  if (values.bootstrap !== undefined) return runAll(chosen, values.bootstrap, maker, values.write)
  const cluster = clustersOf(maker)
  if (!cluster.ok) {
    console.error(`cannot run: ${cluster.reason}`)
    return 1
  }
  const running = await cluster.value(1)
  try {
    return await runAll(chosen, running.bootstrap, maker, values.write)
  } finally {
    await running.close()
  }
}

async function runAll(
  chosen: typeof clients,
  bootstrap: string,
  maker: Maker,
  write: boolean,
): Promise<number> {
  const rows: Row[] = []
  for (const client of chosen) {
    const prepared = client.prepare()
    if (!prepared.ok) {
      console.log(`skipped  ${client.name}: ${prepared.reason}`)
      continue
    }
    const prefix = `${client.name}-${process.pid}`
    const result = await runClient(client, prepared.value, bootstrap, prefix)
    rows.push({ client, result })
    const bad = failures(result)
    console.log(`${bad.length === 0 ? 'pass' : 'FAIL'}  ${client.name} ${client.version}`)
    for (const { step, verdict } of bad) console.log(`      ${step}: ${verdict.reason}`)
    if (bad.length > 0) console.log(result.output.replace(/^/gm, '      | '))
  }
  console.log(`\n${table(rows)}`)
  if (write) writePage(rows, maker)
  const failed = rows.filter(({ result }) => failures(result).length > 0).length
  console.log(`\n${rows.length - failed} passed, ${failed} failed`)
  return failed === 0 && rows.length > 0 ? 0 : 1
}

type Row = { client: (typeof clients)[number]; result: ClientRun }

const headings: Record<Step, string> = {
  create: 'create',
  describe: 'describe',
  none: 'plain',
  gzip: 'gzip',
  snappy: 'snappy',
  lz4: 'lz4',
  zstd: 'zstd',
  consume: 'consume',
  group: 'group, commit',
  groups: 'list groups',
  delete: 'delete',
}
const marks = { ok: 'yes', fail: '**no**', skip: '–', missing: '**no**' }

function table(rows: readonly Row[]): string {
  const head = ['client', 'version', 'written in', ...steps.map((step) => headings[step])]
  const body = rows.map(({ client, result }) => [
    client.name,
    client.version,
    client.language,
    ...steps.map((step) => marks[result.verdicts[step].outcome]),
  ])
  const widths = head.map((_, column) =>
    Math.max(...[head, ...body].map((row) => row[column]!.length)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')
}

function writePage(rows: readonly Row[], maker: Maker): void {
  const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'))
  const broker = maker === 'jackdaw' ? `Jackdaw ${version}` : `Apache Kafka ${apacheVersion}`
  const text = `# Clients that work

What \`npm run clients -- --broker ${maker} --write\` found with ${broker}: programs of \`test/clients/\`, each with a
client library as its registry has it, over TCP. *Consume* and *group* compare every key and value with what was sent with
all codecs; *–* means that the library itself cannot do it.

${table(rows)}
`
  writeFileSync(join(projectRoot, 'docs', 'compatibility.md'), text)
}
