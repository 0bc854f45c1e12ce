/**
 * Java's .properties text (java.util.Properties.load): a key ends at the first unescaped `=`, `:` or blank; `#` and `!`
 * begin a comment; a backslash at the end of a line continues it, elsewhere it escapes a character or starts \uXXXX.
 */
export function parseProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>()
  for (const line of logicalLines(text)) {
    const keyEnd = endOfKey(line)
    const valueStart = startOfValue(line, keyEnd)
    properties.set(unescaped(line.slice(0, keyEnd)), unescaped(line.slice(valueStart)))
  }
  return properties
}

/** The text that `parseProperties` reads back as these properties. */
export function formatProperties(properties: Iterable<readonly [string, string]>): string {
  let text = ''
  for (const [key, value] of properties) {
    text += `${escaped(key).replace(/[ :=#!]/g, '\\$&')}=${escaped(value).replace(/^ /, '\\ ')}\n`
  }
  return text
}

function logicalLines(text: string): string[] {
  const lines: string[] = []
  let open: string | undefined
  for (const natural of text.split(/\r\n|\r|\n/)) {
    const line = natural.replace(/^[ \t\f]+/, '')
    if (open === undefined && (line === '' || line[0] === '#' || line[0] === '!')) continue
    const whole = (open ?? '') + line
    const isContinued = /\\*$/.exec(line)![0].length % 2 === 1
    open = isContinued ? whole.slice(0, -1) : undefined
    if (!isContinued) lines.push(whole)
  }
  if (open !== undefined && open !== '') lines.push(open)
  return lines
}

function endOfKey(line: string): number {
  let at = 0
  while (at < line.length && !'=: \t\f'.includes(line[at]!)) at += line[at] === '\\' ? 2 : 1
  return Math.min(at, line.length)
}

/** Behind blanks, at most one `=` or `:`, and blanks again. */
function startOfValue(line: string, keyEnd: number): number {
  return keyEnd + /^[ \t\f]*[=:]?[ \t\f]*/.exec(line.slice(keyEnd))![0].length
}

const controls: { readonly [letter: string]: string } = { t: '\t', r: '\r', n: '\n', f: '\f' }

function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\(u([0-9a-fA-F]{4})|[\s\S])?/g, (_all, letter = '', hex?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    if (letter === 'u') throw new SyntaxError('Malformed \\uxxxx encoding.')
    return controls[letter] ?? letter
  })
}

const letters: { readonly [control: string]: string } = {
  '\t': '\\t',
  '\r': '\\r',
  '\n': '\\n',
  '\f': '\\f',
  '\\': '\\\\',
}

const escaped = (text: string): string =>
  text.replace(/[\t\r\n\f\\]/g, (each) => letters[each] ?? each)
