/** String.split of Java: empty pieces at the end are dropped, but a text without separator stays whole. */
export function javaSplit(text: string, separator: string | RegExp): string[] {
  const pieces = text.split(separator)
  // An empty match at the very beginning makes no piece; an empty text makes one.
  while (pieces.length > 1 && pieces.at(-1) === '') pieces.pop()
  return pieces.length === 1 && text !== '' && pieces[0] === '' ? [] : pieces
}

/** `%-15s` of Java's formatter: padded, never cut. */
export function left(value: unknown, width: number): string {
  return String(value).padEnd(width)
}

/** Java's true: blanks around it and its case do not count; everything else is false. */
export function isJavaTrue(text: string | undefined): boolean {
  return text !== undefined && text.trim().toLowerCase() === 'true'
}
