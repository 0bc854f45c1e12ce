/** Who asks for records or offsets and is no broker, where a broker would give its id (Fetch, ListOffsets). */
export const consumer = -1
/** Looks at one copy alone: a follower answers too, and tells where its own log ends. */
export const debuggingConsumer = -2
