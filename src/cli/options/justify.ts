const width = 75
// A line that is full to the brim is broken all the same.
const lengthMax = width - 1

/**
 * Breaks a text into lines of at most 75 columns and spreads the blanks of all but the last over its gaps, as argparse4j does
 * with its messages.
 */
export function justified(text: string): string {
  const lines: string[] = []
  let line = ''
  for (const piece of pieces(text)) {
    if (line !== '' && (line + piece).trimEnd().length > lengthMax) {
      lines.push(line.trimEnd())
      line = ''
    }
    line += piece
  }
  return [...lines.map(spread), line].join('\n')
}

/**
 * What must stay together, with the blanks behind it, as Java finds it (`BreakIterator.getLineInstance`): a line may end behind
 * punctuation and hyphens within a word, too, but not within a number.
 */
function pieces(text: string): string[] {
  return (text.match(piece) ?? []).filter((each) => each !== '')
}

const piece = (() => {
  const opening = '["(\\[{]'
  const inner = '[^\\s!%.,:;?"()\\[\\]{}-]'
  const number = '-*\\d+(?:[.,]\\d+)+'
  // A quote belongs to what follows it, or else to what it ends.
  const closing = `(?:[!%.,:;?")\\]}]|'(?![\\w\\[/=+-]))`
  const core = `${opening}*(?:${number}|-*\\d${inner}*|${inner}+)|${opening}+`
  return new RegExp(`(?:${core})?(?:-+|${closing}*)\\s*`, 'g')
})()

/** Gaps get as many blanks as the line lacks; what does not go evenly goes to those in the middle. */
function spread(line: string): string {
  const words = line.split(/ +/)
  const gaps = words.length - 1
  const missing = width - words.join(' ').length
  if (gaps === 0 || missing <= 0) return line
  const each = Math.floor(missing / gaps)
  const rest = missing % gaps
  const first = Math.ceil((gaps - rest) / 2)
  return words
    .map((word, index) => {
      if (index === gaps) return word
      const more = index >= first && index < first + rest ? 1 : 0
      return word + ' '.repeat(1 + each + more)
    })
    .join('')
}
