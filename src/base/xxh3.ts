/**
 * XXH3 of 64 bits with seed 0 and the default secret, as its specification tells (github.com/Cyan4973/xxHash,
 * doc/xxhash_spec.md). The group coordinator keeps such a hash of what it knows of a group's topics (KIP-1101).
 */
const secret = Buffer.from(
  'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578' +
    '825ad07dccff7221b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b532ea371' +
    '644897a20df94e3819ef46a9deacd8a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c8' +
    '9f7ec9d9787364eaeac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e' +
    '2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e',
  'hex',
)

const prime32x1 = 0x9e3779b1n
const prime32x2 = 0x85ebca77n
const prime32x3 = 0xc2b2ae3dn
const prime64x1 = 0x9e3779b185ebca87n
const prime64x2 = 0xc2b2ae3d27d4eb4fn
const prime64x3 = 0x165667b19e3779f9n
const prime64x4 = 0x85ebca77c2b2ae63n
const prime64x5 = 0x27d4eb2f165667c5n
const primeMx1 = 0x165667919e3779f9n
const primeMx2 = 0x9fb21c651e98df25n

const wide = (value: bigint): bigint => BigInt.asUintN(64, value)
const low32 = (value: bigint): bigint => value & 0xffffffffn
const secretAt = (at: number): bigint => secret.readBigUInt64LE(at)
const word = (input: Buffer, at: number): bigint => input.readBigUInt64LE(at)

/** Signed, as Java's long. */
export function xxh3(bytes: Uint8Array): bigint {
  const input = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return BigInt.asIntN(64, hash(input))
}

function hash(input: Buffer): bigint {
  const { length } = input
  if (length === 0) return avalanche64(secretAt(56) ^ secretAt(64))
  if (length <= 3) return upTo3(input)
  if (length <= 8) return upTo8(input)
  if (length <= 16) return upTo16(input)
  if (length <= 128) return upTo128(input)
  return length <= 240 ? upTo240(input) : long(input)
}

function upTo3(input: Buffer): bigint {
  const { length } = input
  const combined =
    (input[length >> 1]! << 24) | (input[0]! << 16) | (length << 8) | input[length - 1]!
  const flip = BigInt((secret.readUInt32LE(0) ^ secret.readUInt32LE(4)) >>> 0)
  return avalanche64(BigInt(combined >>> 0) ^ flip)
}

function upTo8(input: Buffer): bigint {
  const { length } = input
  const first = BigInt(input.readUInt32LE(0))
  const last = BigInt(input.readUInt32LE(length - 4))
  let value = (last | (first << 32n)) ^ (secretAt(8) ^ secretAt(16))
  value ^= rotate(value, 49n) ^ rotate(value, 24n)
  value = wide(value * primeMx2)
  value ^= (value >> 35n) + BigInt(length)
  value = wide(value * primeMx2)
  return value ^ (value >> 28n)
}

function upTo16(input: Buffer): bigint {
  const low = secretAt(24) ^ secretAt(32) ^ word(input, 0)
  const high = secretAt(40) ^ secretAt(48) ^ word(input, input.length - 8)
  return avalanche(wide(BigInt(input.length) + swap(low) + high + fold(low, high)))
}

function upTo128(input: Buffer): bigint {
  const { length } = input
  let sum = BigInt(length) * prime64x1
  for (let i = (length - 1) >> 5; i >= 0; i--) {
    sum += mix16(input, i * 16, i * 32) + mix16(input, length - i * 16 - 16, i * 32 + 16)
  }
  return avalanche(wide(sum))
}

function upTo240(input: Buffer): bigint {
  const { length } = input
  let sum = BigInt(length) * prime64x1
  for (let i = 0; i < 8; i++) sum += mix16(input, i * 16, i * 16)
  sum = avalanche(wide(sum))
  for (let i = 8; i < length >> 4; i++) sum += mix16(input, i * 16, (i - 8) * 16 + 3)
  return avalanche(wide(sum + mix16(input, length - 16, 136 - 17)))
}

const stripe = 64
const secretStep = 8
const stripesInBlock = (secret.length - stripe) / secretStep

function long(input: Buffer): bigint {
  const { length } = input
  const lanes = [
    prime32x3,
    prime64x1,
    prime64x2,
    prime64x3,
    prime64x4,
    prime32x2,
    prime64x5,
    prime32x1,
  ]
  const stripes = Math.floor((length - 1) / stripe)
  for (let i = 0; i < stripes; i++) {
    const inBlock = i % stripesInBlock
    accumulate(lanes, input, i * stripe, inBlock * secretStep)
    if (inBlock === stripesInBlock - 1) scramble(lanes)
  }
  accumulate(lanes, input, length - stripe, secret.length - stripe - 7)
  let sum = BigInt(length) * prime64x1
  for (let i = 0; i < 4; i++) {
    sum += fold(lanes[2 * i]! ^ secretAt(11 + 16 * i), lanes[2 * i + 1]! ^ secretAt(19 + 16 * i))
  }
  return avalanche(wide(sum))
}

function accumulate(lanes: bigint[], input: Buffer, at: number, secretOffset: number): void {
  for (let i = 0; i < 8; i++) {
    const value = word(input, at + 8 * i)
    const key = value ^ secretAt(secretOffset + 8 * i)
    lanes[i ^ 1] = wide(lanes[i ^ 1]! + value)
    lanes[i] = wide(lanes[i]! + low32(key) * (key >> 32n))
  }
}

function scramble(lanes: bigint[]): void {
  for (let i = 0; i < 8; i++) {
    const lane = lanes[i]!
    const mixed = lane ^ (lane >> 47n) ^ secretAt(secret.length - stripe + 8 * i)
    lanes[i] = wide(mixed * prime32x1)
  }
}

function mix16(input: Buffer, at: number, secretOffset: number): bigint {
  return fold(
    word(input, at) ^ secretAt(secretOffset),
    word(input, at + 8) ^ secretAt(secretOffset + 8),
  )
}

/** The halves of the product of 128 bits, one on the other. */
function fold(a: bigint, b: bigint): bigint {
  const product = a * b
  return wide(product) ^ (product >> 64n)
}

function rotate(value: bigint, by: bigint): bigint {
  return wide(value << by) | (value >> (64n - by))
}

function swap(value: bigint): bigint {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeBigUInt64LE(value)
  return bytes.readBigUInt64BE()
}

function avalanche(value: bigint): bigint {
  const mixed = wide((value ^ (value >> 37n)) * primeMx1)
  return mixed ^ (mixed >> 32n)
}

function avalanche64(value: bigint): bigint {
  let mixed = wide((value ^ (value >> 33n)) * prime64x2)
  mixed = wide((mixed ^ (mixed >> 29n)) * prime64x3)
  return mixed ^ (mixed >> 32n)
}
