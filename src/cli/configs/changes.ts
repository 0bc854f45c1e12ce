import { javaHashMapOrder } from '../../protocol/java-hash-map.ts'
import { readProperties } from '../config/file.ts'
import { illegalArgument } from '../java/errors.ts'
import { javaSplit } from '../java/text.ts'
import type { Options } from '../options/options.ts'

export type Changes = {
  /** In the order of Kafka's map. */
  readonly set: ReadonlyMap<string, string>
  readonly removed: readonly string[]
}

export function changesOf(options: Options): Changes {
  const set = new Map<string, string>()
  const file = options.text('add-config-file')
  if (file !== undefined) for (const [name, value] of readProperties(file)) set.set(name, value)
  const text = options.text('add-config')
  if (text !== undefined) for (const [name, value] of parseChanges(text)) set.set(name, value)
  for (const name of set.keys()) {
    if (!/^[a-zA-Z0-9._$-]*$/.test(name)) {
      throw illegalArgument(`Invalid character found for config key: ${name}`)
    }
  }
  const removed = options
    .all('delete-config')
    .flatMap((each) => javaSplit(each, ','))
    .map((each) => each.trim())
  return {
    set: new Map(javaHashMapOrder([...set.keys()]).map((each) => [each, set.get(each)!])),
    removed,
  }
}

// Behind this nothing closes a bracket before one opens: the place is not inside of brackets.
const outside = '(?=[^\\]]*(?:\\[|$))'
const comma = new RegExp(`,${outside}`)
const equals = new RegExp(`[ \\t\\n\\v\\f\\r]*=[ \\t\\n\\v\\f\\r]*${outside}`)

/** `a=1,b=[2,3]`; commas and equals signs inside of brackets belong to the value. */
export function parseChanges(text: string): [name: string, value: string][] {
  return javaSplit(text, comma).map((each) => {
    const pair = each.split(equals)
    if (pair.length !== 2) {
      throw illegalArgument(
        'requirement failed: Invalid entity config: all configs to be added must be in the format "key=val" or  "key=[val1,val2]" to group values which contain commas.',
      )
    }
    return [pair[0]!.trim(), pair[1]!.replace(/[[\]]/g, '').trim()]
  })
}
