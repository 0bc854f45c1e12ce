import { systemDisk } from '../../host/disk.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { JavaError, javaText, messageOf } from '../java/errors.ts'
import { javaSplit } from '../java/text.ts'
import type { Machine } from '../machine.ts'
import { requireOptions, UsageError } from '../options/checks.ts'
import { kafkaVersion } from '../options/common.ts'
import type { Options } from '../options/options.ts'
import { parse } from '../options/parse.ts'
import { OutputBuffer } from '../output/buffer.ts'
import { chosenForm } from '../output/form.ts'
import { exceptionText } from '../output/log.ts'
import { isClosedPipe, ToolFailure } from '../tell.ts'
import type { Tool } from '../tool.ts'
import { dumpLogDeclaration } from './declaration.ts'
import { chosenDecoder, decoderOptions } from './decoders.ts'
import { dump, type Reading } from './dump.ts'
import type { Entry } from './entries.ts'
import { Faults } from './faults.ts'
import { entryJson } from './json.ts'
import { bareRecordText, entryText, warningText } from './text.ts'

export const dumpLog: Tool = { declaration: dumpLogDeclaration, run }

async function run(machine: Machine): Promise<number> {
  const { argv, stdout } = machine
  try {
    const options = parse(argv, dumpLogDeclaration.options)
    if (argv.length === 0 || options.has('help')) throw new UsageError(dumpLogDeclaration.summary)
    if (options.has('version')) {
      stdout.write(`${kafkaVersion}\n`)
      return 0
    }
    requireOptions(options, 'files')
    await show(options, machine)
    return 0
  } catch (error) {
    throw uncaught(error)
  }
}

/** Kafka's tool lets everything through to Java, which tells the exception. */
function uncaught(error: unknown): unknown {
  const isOurs = error instanceof UsageError || isClosedPipe(error)
  if (isOurs || !(error instanceof JavaError || error instanceof KafkaError || isOfDisk(error))) {
    return error
  }
  const stderr = `Exception in thread "main" ${exceptionText(error)}`
  return new ToolFailure(messageOf(error) ?? javaText(error), { stderr, cause: error })
}

function isOfDisk(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}

const flushBytes = 1 << 16

async function show(options: Options, machine: Machine): Promise<void> {
  const { stdout, stderr } = machine
  const isJson = chosenForm(options, machine) === 'json'
  const line = isJson ? entryJson : plainLine(options)
  const faults = new Faults()
  const out = new OutputBuffer()
  const flush = async () => {
    if (out.length > 0) await stdout.writeLater(out.take())
  }
  try {
    for (const entry of dump(
      systemDisk,
      javaSplit(options.text('files')!, ','),
      reading(options),
    )) {
      if (entry.kind === 'fault' && !isJson) faults.add(entry)
      out.text(line(entry))
      const warning = isJson ? '' : warningText(entry)
      if (warning !== '' || out.length >= flushBytes) await flush()
      if (warning !== '') stderr.write(warning)
    }
  } finally {
    await flush()
  }
  stderr.write(faults.text())
}

function plainLine(options: Options): (entry: Entry) => string {
  if (!options.has('skip-record-metadata')) return entryText
  return (entry) => (entry.kind === 'record' ? bareRecordText(entry) : entryText(entry))
}

function reading(options: Options): Reading {
  const isPrinting =
    options.has('print-data-log') || decoderOptions.some((name) => options.has(name))
  return {
    log: () => {
      if (options.has('remote-log-metadata-decoder')) {
        throw new UsageError(
          'Jackdaw has no tiered storage, and so nothing that reads its metadata: leave out --remote-log-metadata-decoder',
          { withHelp: false },
        )
      }
      return {
        deep: isPrinting || options.has('deep-iteration'),
        decoder: isPrinting ? chosenDecoder(options) : null,
        bytesMax: options.integer('max-bytes')!,
      }
    },
    index: () => ({
      sanityOnly: options.has('index-sanity-check'),
      verifyOnly: options.has('verify-index-only'),
      messageSizeMax: options.integer('max-message-size')!,
    }),
  }
}
