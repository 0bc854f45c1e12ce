/** A word that a shell reads as it stands. */
export const shellWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** How this very command is started, whatever lies on the path. */
export const thisCommand = (): string[] => [process.execPath, process.argv[1] ?? 'jackdaw']
