import { createRequire } from 'node:module'

/**
 * Loads a module at its first use. Every file that is loaded costs a millisecond or more, and a command that lists topics
 * needs neither checksums nor codecs; an `import()` would do, but would make everything above it asynchronous.
 */
export const lazily = createRequire(import.meta.url)
