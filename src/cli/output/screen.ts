/** A terminal that shows the same again and again, in place. */

const home = '\u001b[H'
const clearLine = '\u001b[K'
const clearBelow = '\u001b[J'

export type Drawn = (text: string) => string

/** One text after the other. */
export const inTurn: Drawn = (text) => text

/**
 * Makes of each text, whole lines, what shows it in the place of the one before. The first one clears the screen; the others are drawn
 * over it, for a terminal keeps what is cleared among the lines above, and the past would fill them.
 */
export function redrawn(): Drawn {
  let isFirst = true
  return (text) => {
    const before = isFirst ? `${home}${clearBelow}` : home
    isFirst = false
    return `${before}${text.replaceAll('\n', `${clearLine}\n`)}${clearBelow}`
  }
}
