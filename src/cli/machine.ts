import type { Clock } from '../host/clock.ts'
import type { Input, Output } from '../host/stdio.ts'

/** What a tool may touch; a test hands in another one. */
export interface Machine {
  readonly argv: readonly string[]
  readonly env: { readonly [name: string]: string | undefined }
  readonly stdin: Input
  readonly stdout: Output
  readonly stderr: Output
  readonly clock: Clock
  /** Called once for the first Ctrl-C or SIGTERM; the second one ends the process at once. */
  onSignal(take: (signal: Signal) => void): void
}

export type Signal = 'SIGINT' | 'SIGTERM'

/** What a shell expects of a process that was ended by a signal. */
export const exitCodeOf = { SIGINT: 130, SIGTERM: 143 } as const satisfies Record<Signal, number>
