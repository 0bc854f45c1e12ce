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

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** `new String(bytes, UTF_8)`: a surrogate's bytes become one replacement character together, and not one each. */
export function javaUtf8(bytes: Uint8Array): string {
  let text = ''
  let start = 0
  for (let at = bytes.indexOf(0xed); at >= 0; at = bytes.indexOf(0xed, at + 1)) {
    if ((bytes[at + 1]! & 0xe0) !== 0xa0) continue
    text += `${utf8.decode(bytes.subarray(start, at))}\ufffd`
    start = at + ((bytes[at + 2]! & 0xc0) === 0x80 ? 3 : 2)
  }
  return text + utf8.decode(bytes.subarray(start))
}
