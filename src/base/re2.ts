/** Regular expressions in the syntax of RE2: they match in linear time, whoever wrote them. */
import { RE2JS, RE2JSSyntaxException } from 're2js'

export interface Re2 {
  /** The whole text must match. */
  matches(text: string): boolean
}

/** The expression, or what is wrong with it in RE2's words. */
export function re2(pattern: string): Re2 | { readonly fault: string } {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return { fault: error.getDescription() }
    throw error
  }
}
