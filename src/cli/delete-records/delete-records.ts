import { deleteRecords } from '../../client/admin/offsets.ts'
import type { Result } from '../../client/result.ts'
import { partitionKey } from '../../client/topic-partition.ts'
import { type Act, adminTool } from '../admin-tool.ts'
import { readNamedFile } from '../config/file.ts'
import { JavaError, javaText } from '../java/errors.ts'
import type { Machine } from '../machine.ts'
import { adminEvent, invalidTopicEvent } from '../output/log.ts'
import { type Shown, show } from '../output/show.ts'
import { deleteRecordsDeclaration } from './declaration.ts'
import { type DeleteBefore, parseOffsets } from './offsets-file.ts'

const act: Act = async ({ options, cluster, machine, form }) => {
  const wanted = parseOffsets(read(options.text('offset-json-file')!))
  // So in Kafka's tool, which has asked by then and not heard.
  if (form === 'plain') {
    machine.stdout.write(
      'Executing records delete operation\nRecords delete operation completed:\n',
    )
  }
  const results = await deleteRecords(cluster, wanted)
  logFailures(results, machine)
  await show(shown(results), { form, machine })
}

export const deleteRecordsTool = adminTool(deleteRecordsDeclaration, {
  required: ['offset-json-file'],
  act,
})

function read(path: string): string {
  try {
    return readNamedFile(path)
  } catch {
    throw new JavaError('java.io.IOException', `Unable to read file ${path}`)
  }
}

type Results = ReadonlyMap<DeleteBefore, Result<{ lowWatermark: bigint }>>

const keyOf = ({ topic, partition }: DeleteBefore) => partitionKey(topic, partition)

// Kafka's client logs what a leader answered and what it cannot get over; a person sees it in the table.
function logFailures(results: Results, { stderr, clock }: Machine): void {
  if (stderr.isTerminal) return
  const nameless = [...results].flatMap(([{ topic }, result]) =>
    !result.ok && result.error.error === 'INVALID_TOPIC_EXCEPTION' ? [topic] : [],
  )
  for (const topic of new Set(nameless)) stderr.write(invalidTopicEvent(clock, topic))
  for (const [at, result] of results) {
    if (result.ok || result.error.fate !== 'final' || nameless.includes(at.topic)) continue
    const text = `DeleteRecords request for topic partition ${keyOf(at)} failed due to an unexpected error ${result.error.error}`
    stderr.write(adminEvent(clock, text, { of: 'DeleteRecordsHandler' }))
  }
}

function shown(results: Results): Shown {
  const rows = [...results]
  return {
    json: () =>
      rows.map(([{ topic, partition }, result]) => ({
        topic,
        partition,
        lowWatermark: result.ok ? result.value.lowWatermark : null,
        error: result.ok ? null : result.error.error,
      })),
    plain: () =>
      rows
        .map(([at, result]) => {
          const became = result.ok
            ? `low_watermark: ${result.value.lowWatermark}`
            : `error: ${javaText(result.error)}`
          return `partition: ${keyOf(at)}\t${became}\n`
        })
        .join(''),
    table: () => ({
      head: ['TOPIC', 'PARTITION', 'BEGINS AT', ''],
      rows: rows.map(([{ topic, partition }, result]) => [
        topic,
        String(partition),
        result.ok ? String(result.value.lowWatermark) : '-',
        result.ok ? '' : result.error.message,
      ]),
      aligns: ['left', 'right', 'right', 'left'],
    }),
  }
}
