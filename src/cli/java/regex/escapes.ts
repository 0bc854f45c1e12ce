import { end, single } from './atoms.ts'
import { lineBreak } from './characters.ts'
import { classProperty } from './classes.ts'
import { escapedPoint } from './escaped-point.ts'
import { charAt, fail, type Reader } from './reader.ts'

export function parseEscape(reader: Reader): string {
  const char = charAt(reader, reader.at + 1)
  const anchors: { readonly [letter: string]: string } = {
    A: '(?<![^])',
    z: '(?![^])',
    Z: end({ ...reader.flags, multiline: false }),
    b: '\\b',
    B: '\\B',
    G: '(?<![^])',
    R: lineBreak,
    X: '(?:\\P{M}\\p{M}*)',
  }
  if (Object.hasOwn(anchors, char)) {
    reader.at += 2
    return anchors[char]!
  }
  if (/^[1-9]$/.test(char)) return backReference(reader)
  if (char === 'k') return namedReference(reader)
  const property = classProperty(reader)
  if (property !== undefined) return `[${property}]`
  return single(escapedPoint(reader), reader.flags)
}

// As many digits as name a group that exists; one digit always does.
function backReference(reader: Reader): string {
  reader.at++
  let group = Number(charAt(reader, reader.at++))
  while (/^[0-9]$/.test(charAt(reader, reader.at))) {
    const longer = group * 10 + Number(charAt(reader, reader.at))
    if (longer > reader.groups) break
    group = longer
    reader.at++
  }
  // A group that is not there matches nothing, ever; JavaScript would let it match the empty text.
  return group > reader.groups ? '[]' : `(?:\\k<g${group}>)`
}

function namedReference(reader: Reader): string {
  reader.at += 2
  if (charAt(reader, reader.at) !== '<') {
    fail(reader, "\\k is not followed by '<' for named capturing group", reader.at)
  }
  reader.at++
  const name = groupName(reader)
  const group = reader.names.get(name)
  if (group === undefined) {
    fail(reader, `named capturing group <${name}> does not exist`, reader.at - 1)
  }
  return `(?:\\k<g${group}>)`
}

export function groupName(reader: Reader): string {
  let name = ''
  if (!/^[a-zA-Z]$/.test(charAt(reader, reader.at))) {
    fail(reader, 'capturing group name does not start with a Latin letter', reader.at)
  }
  while (/^[a-zA-Z0-9]$/.test(charAt(reader, reader.at))) name += charAt(reader, reader.at++)
  if (charAt(reader, reader.at++) !== '>') {
    fail(reader, "named capturing group is missing trailing '>'", reader.at - 1)
  }
  return name
}
