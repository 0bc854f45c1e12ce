/** Kafka's own dumps of the directories that it wrote: ours are the same, byte for byte. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { samplesFolder } from '../../support/samples.ts'
import { runDumpLog } from './run.ts'

/** A part of a dump file: one run of the tool, stdout and then stderr, with paths from the sample's folder on. */
type Section = { title: string; flags: string[]; files: string[]; text: string }

function sectionsOf(kind: string): Section[] {
  const dump = readFileSync(join(samplesFolder, `${kind}.dump.txt`), 'utf8')
  return dump
    .split(/^# /m)
    .slice(1)
    .map((part) => {
      const [title, ...lines] = part.split('\n')
      const files = lines.flatMap((line) => /^Dumping (.+)$/.exec(line)?.[1] ?? [])
      const flags = /: (.+)$/.exec(title!)![1]!.split(' ')
      return { title: title!, flags, files, text: lines.join('\n') }
    })
}

// Kafka tells faults in the order of a hash table of absolute paths, and so by where the sample lay.
const faultTitle =
  /^(Mismatches|Found timestamp mismatch|Found out of order|The following|Non-consec)/

function inNoOrder(text: string): string[] {
  const faults: string[] = []
  let rest = ''
  for (const line of text.split('\n')) {
    if (faultTitle.test(line)) faults.push(line)
    else if (faults.length > 0 && line !== '') faults.push(`${faults.pop()}\n${line}`)
    else rest += `${line}\n`
  }
  return [rest, ...faults.sort()]
}

describe.each(['clean', 'crashed'])('%s', (kind) => {
  const folder = join(samplesFolder, kind)
  const fromHere = (text: string) => text.replaceAll(`${folder}/`, '')
  const pathsOf = ({ files }: Section) => files.map((file) => join(folder, file)).join(',')

  test('there are dumps', () => {
    const files = sectionsOf(kind).flatMap((section) => section.files)
    expect(files.length).toBeGreaterThan(50)
  })

  test.each(sectionsOf(kind))('$title', async (section) => {
    const said = await runDumpLog([...section.flags, '--files', pathsOf(section)])
    const isThrown = said.stderr.includes('Exception in thread')
    expect(said.code).toBe(isThrown ? 1 : 0)
    const ours = fromHere(said.stdout + said.stderr)
    const faultsOfThem = section.text.search(
      new RegExp(faultTitle.source + '|^Exception in thread', 'm'),
    )
    const stdout = faultsOfThem < 0 ? section.text : section.text.slice(0, faultsOfThem)
    expect(fromHere(said.stdout)).toBe(stdout)
    expect(inNoOrder(ours)).toEqual(inNoOrder(section.text))
  })

  test.each(sectionsOf(kind))('$title, as JSON', async (section) => {
    const said = await runDumpLog([
      ...section.flags,
      '--files',
      pathsOf(section),
      '--output',
      'json',
    ])
    const lines = said.stdout.trimEnd().split('\n')
    const entries = lines.map((line) => JSON.parse(line) as { kind: string; offset?: number })
    const shown = (kind: string) => entries.filter((entry) => entry.kind === kind)
    const told = (pattern: RegExp) => [...section.text.matchAll(pattern)].length
    expect(shown('file')).toHaveLength(section.files.length)
    expect(shown('batch')).toHaveLength(told(/^baseOffset: /gm))
    expect(shown('index-entry')).toHaveLength(told(/^offset: /gm))
    expect(shown('record').map(({ offset }) => offset)).toEqual(
      [...section.text.matchAll(/^\| offset: (\d+)/gm)].map(([, offset]) => Number(offset)),
    )
    expect(shown('fault')).toHaveLength(
      told(/^( {2}-?\d+ is followed| {2}Index (offset|timestamp): |Indexed offset: )/gm),
    )
  })
})

test('what a decoder makes of a record is JSON in JSON, with all its digits', async () => {
  const file = join(samplesFolder, 'clean', '__transaction_state-1', '00000000000000000000.log')
  const said = await runDumpLog(['--transaction-log-decoder', '--files', file, '--output', 'json'])
  const [record] = said.stdout.split('\n').filter((line) => line.includes('"kind":"record"'))
  expect(JSON.parse(record!)).toMatchObject({
    key: { type: '0', data: { transactionalId: 'payments' } },
    payload: { version: '1', data: { producerId: 5, transactionStatus: 0 } },
  })
})
