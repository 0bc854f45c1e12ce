import ora from 'ora'

/**
 * The spinner's package, loaded when it is used (a bundle that is loaded later gives what it exports by name alone). Null where the
 * terminal does not know its width: ora would take back lines without end.
 */
export function turning(text: string): { stop(): unknown } | null {
  if (!process.stderr.columns) return null
  return ora({ text, discardStdin: false }).start()
}
