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
}

export type Sheet = {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly aligns: readonly Align[]
}

export async function show(
  { json, plain = () => '', table }: Pick<Shown, 'json' | 'table'> & Partial<Shown>,
  { form, machine }: { form: Form; machine: Machine },
): Promise<void> {
  const { stdout } = machine
  if (form === 'json') return stdout.write(jsonLine(json()))
  if (form === 'plain') return stdout.write(plain())
  const { colours, tableText } = await import('./table.ts')
  const { head, rows, aligns } = table()
  stdout.write(tableText(head, rows, { aligns, colour: colours(machine) }))
}
