import type { Machine } from '../machine.ts'
import type { Form } from './form.ts'
import { jsonLine } from './json.ts'
import type { Align } from './table.ts'

/** One thing in the three forms; only the one that was chosen is made. */
export type Shown = {
  /** What a program reads. */
  readonly json: () => unknown
  /** Kafka's own text. */
  readonly plain: () => string
  readonly table: () => Sheet
  /** What a person reads where the table has no rows; else it is the plain text. */
  readonly none?: string
}

export type Sheet = {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly aligns: readonly Align[]
}

export async function show(
  { json, plain = () => '', table, none }: Pick<Shown, 'json' | 'table'> & Partial<Shown>,
  { form, machine }: { form: Form; machine: Machine },
): Promise<void> {
  const { stdout } = machine
  if (form === 'json') return stdout.write(jsonLine(json()))
  if (form === 'plain') return stdout.write(plain())
  const { head, rows, aligns } = table()
  // Kafka's tools have a sentence for it, where a table would be nothing but its head.
  if (rows.length === 0) return stdout.write(none ?? plain())
  const { colours, tableText, tableWidth } = await import('./table.ts')
  stdout.write(
    tableText(head, rows, { aligns, colour: colours(machine), width: tableWidth(machine) }),
  )
}
