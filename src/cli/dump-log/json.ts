import { jsonLine } from '../output/json.ts'
import type { ControlEntry, Entry, Part } from './entries.ts'

/** An entry as one line of JSON. What a decoder made of a record stands in it as JSON too, with all digits of its numbers. */
export function entryJson(entry: Entry): string {
  if (entry.kind !== 'record') return jsonLine(entry)
  const { control, content, ...record } = entry
  const parts: string[] = []
  if (control !== null) parts.push(`"control":${controlJson(control)}`)
  if (content !== null) {
    parts.push(`"key":${partJson(content.key)}`, `"payload":${partJson(content.payload)}`)
  }
  const head = jsonLine(record).trimEnd()
  return parts.length === 0 ? `${head}\n` : `${head.slice(0, -1)},${parts.join(',')}}\n`
}

function controlJson(control: ControlEntry): string {
  if (!('message' in control)) return JSON.stringify(control)
  return `{"type":${JSON.stringify(control.type)},"message":${control.message.json}}`
}

function partJson(part: Part | null): string {
  return part === null || typeof part === 'string' ? JSON.stringify(part) : part.json
}
