/** `jackdaw consume` and `jackdaw produce`: records as lines of JSON, with everything that they hold. */
export const short: { readonly [name: string]: { tool: string; options: readonly string[] } } = {
  consume: { tool: 'console-consumer', options: ['--output', 'jsonl'] },
  produce: { tool: 'console-producer', options: ['--input', 'jsonl'] },
}

/** `jackdaw consume orders`: the first word is the topic. */
export function isTopicFirst(words: readonly string[]): boolean {
  return /^[^-]/.test(words[0] ?? '')
}
