import { ToolFailure } from '../tell.ts'

/** A failure that is told in its own sentence, without anything else. */
export function terse(message: string): ToolFailure {
  return new ToolFailure(message, { stderr: `${message}\n` })
}
