/**
 * The loops that touch every byte of a pipe, in AssemblyScript: `npm run engine` makes `engine-bytes.ts` of it. WebAssembly needs no
 * warming up, and looks at sixteen bytes at a time. What calls it, and where everything lies, is in `engine.ts`.
 *
 * It may read and write fifteen bytes behind whatever it is given; nothing there means anything.
 */

const newline: u8 = 10
const carriageReturn: u8 = 13
const spanBytes: usize = 28

/**
 * Starts and ends of the lines between two places, as places in the source; `result` gets where the first one begins that does not
 * end there, or for which there was no room. Returns how many there are.
 */
export function cutLines(
  source: usize,
  from: usize,
  end: usize,
  bounds: usize,
  countMax: i32,
  result: usize,
): i32 {
  const newlines = i8x16.splat(newline)
  const returns = i8x16.splat(carriageReturn)
  let start = from
  let count = 0
  for (let at = from; at < end && count < countMax; at += 16) {
    const bytes = v128.load(at)
    let found = i8x16.bitmask(v128.or(i8x16.eq(bytes, newlines), i8x16.eq(bytes, returns)))
    if (end - at < 16) found &= (1 << (<i32>(end - at))) - 1
    for (; found !== 0 && count < countMax; found &= found - 1) {
      const lineEnd = at + ctz(found)
      // The newline behind a carriage return has been passed.
      if (lineEnd < start) continue
      const bound = bounds + ((<usize>count) << 3)
      count++
      store<i32>(bound, <i32>(start - source))
      store<i32>(bound, <i32>(lineEnd - source), 4)
      start = lineEnd + 1
      const isReturn = load<u8>(lineEnd) === carriageReturn
      if (isReturn && start < end && load<u8>(start) === newline) start++
    }
  }
  store<i32>(result, <i32>(start - source))
  return count
}

/**
 * Lines become spans: the whole line is the value, or what stands behind the separator, and before it the key. Returns how far it came:
 * up to a line without a separator, unless that is a value, too.
 */
export function splitLines(
  source: usize,
  bounds: usize,
  count: i32,
  separator: usize,
  separatorSize: usize,
  isKeyed: bool,
  isKeyOptional: bool,
  spans: usize,
): i32 {
  for (let i = 0; i < count; i++) {
    const start = load<i32>(bounds)
    const end = load<i32>(bounds, 4)
    let keyEnd = -1
    if (isKeyed) {
      keyEnd = find(source, start, end, separator, separatorSize)
      if (keyEnd < 0 && !isKeyOptional) return i
    }
    store<i32>(spans, keyEnd < 0 ? -1 : start)
    store<i32>(spans, keyEnd, 4)
    store<i32>(spans, keyEnd < 0 ? start : keyEnd + <i32>separatorSize, 8)
    store<i32>(spans, end, 12)
    bounds += 8
    spans += spanBytes
  }
  return count
}

function find(source: usize, start: i32, end: i32, pattern: usize, size: usize): i32 {
  if (size === 0) return start
  const last = source + end - size
  const firsts = i8x16.splat(load<u8>(pattern))
  for (let at = source + start; at <= last; at += 16) {
    let found = i8x16.bitmask(i8x16.eq(v128.load(at), firsts))
    for (; found !== 0; found &= found - 1) {
      const place = at + ctz(found)
      if (place > last) return -1
      if (size === 1 || memory.compare(place, pattern, size) === 0) return <i32>(place - source)
    }
  }
  return -1
}

/**
 * Writes records at `out`, up to one that does not fit, or lies in what was not loaded: of the source and of the headers there are the
 * bytes between `low` and `high`, `source` being where their place 0 would be. Returns the place in the order of the first that is left;
 * `result` gets the bytes written and the largest timestamp delta.
 */
export function writeRecords(
  spans: usize,
  order: usize,
  from: i32,
  to: i32,
  source: usize,
  low: i32,
  high: i32,
  headers: usize,
  headersLow: i32,
  headersHigh: i32,
  timestamps: usize,
  presetTime: f64,
  baseTime: f64,
  offsetDelta: i32,
  out: usize,
  outEnd: usize,
  result: usize,
): i32 {
  let at = out
  let largest = -Infinity
  let next = from
  for (; next < to; next++) {
    const index = order === 0 ? next : load<i32>(order + ((<usize>next) << 2))
    const span = spans + <usize>index * spanBytes
    const keyStart = load<i32>(span)
    const keyEnd = load<i32>(span, 4)
    const valueStart = load<i32>(span, 8)
    const valueEnd = load<i32>(span, 12)
    const headerCount = load<i32>(span, 16)
    if (keyStart >= 0 && (keyStart < low || keyEnd > high)) break
    if (valueStart >= 0 && (valueStart < low || valueEnd > high)) break
    let headersStart = 0
    let headersSize = 0
    if (headerCount > 0) {
      headersStart = load<i32>(span, 20)
      headersSize = load<i32>(span, 24) - headersStart
      if (headersStart < headersLow || headersStart + headersSize > headersHigh) break
    }
    const keySize = keyStart < 0 ? 0 : keyEnd - keyStart
    const valueSize = valueStart < 0 ? 0 : valueEnd - valueStart
    const partsSize = keySize + valueSize + headersSize
    if (at + partsSize + overheadMax > outEnd) break
    const own = timestamps === 0 ? -1.0 : load<f64>(timestamps + ((<usize>index) << 3))
    const timestampDelta = (own < 0 ? presetTime : own) - baseTime
    if (timestampDelta > largest) largest = timestampDelta
    const time = zigzag(<i64>timestampDelta)
    const offset = zigzag(offsetDelta++)
    const keyLength = zigzag(keyStart < 0 ? -1 : keySize)
    const valueLength = zigzag(valueStart < 0 ? -1 : valueSize)
    const count = zigzag(headerCount)
    const size =
      1 +
      width(time) +
      width(offset) +
      width(keyLength) +
      width(valueLength) +
      width(count) +
      partsSize
    at = varint(at, zigzag(size))
    store<u8>(at++, 0)
    at = varint(at, time)
    at = varint(at, offset)
    at = varint(at, keyLength)
    if (keySize > 0) at = copy(at, source + keyStart, keySize)
    at = varint(at, valueLength)
    if (valueSize > 0) at = copy(at, source + valueStart, valueSize)
    at = varint(at, count)
    if (headersSize > 0) at = copy(at, headers + headersStart, headersSize)
  }
  store<i32>(result, <i32>(at - out))
  store<f64>(result, largest, 8)
  return next
}

/** More than a record's own varints and its attributes take. */
const overheadMax: usize = 40
/** Up to here a loop is sooner done than a call. */
const shortMax: i32 = 256

function zigzag(value: i64): u64 {
  return (value << 1) ^ (value >> 63)
}

function width(value: u64): i32 {
  return value < 0x80 ? 1 : (70 - <i32>clz(value)) / 7
}

function varint(at: usize, value: u64): usize {
  let rest = value
  while (rest > 0x7f) {
    store<u8>(at++, <u8>(rest | 0x80))
    rest >>= 7
  }
  store<u8>(at++, <u8>rest)
  return at
}

function copy(to: usize, from: usize, size: i32): usize {
  if (size > shortMax) memory.copy(to, from, size)
  else for (let done = 0; done < size; done += 16) v128.store(to + done, v128.load(from + done))
  return to + size
}
