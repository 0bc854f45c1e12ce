/**
 * The words in which Kafka's messages are declared (KIP-482 and the protocol guide): types, fields with the versions
 * in which they exist, and whole APIs and records. Declarations are plain data: codecs, the ApiVersions answer and the
 * documentation are derived from them, and so are the TypeScript types of what is read and what may be written.
 */

/** A type of the wire. `Out` is what a reader gets, `In` what a writer takes (fields with a default may be left out). */
export interface Type<Out, In = Out> {
  readonly kind: Kind
  /** What a field of this type holds where nothing else is said. */
  readonly zero: Out
  readonly of?: Type<unknown>
  readonly fields?: Shape
  /** First version in which null is allowed. */
  readonly nullableFrom?: number
  /** Keeps the old length prefix even in flexible versions. */
  readonly inflexible?: boolean
  /** One is often the same as the one before it. */
  readonly repeats?: boolean
  readonly inType?: In
}

export type Kind =
  | 'boolean'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'float64'
  | 'string'
  | 'uuid'
  | 'bytes'
  | 'records'
  | 'array'
  | 'struct'

/** A type with the versions in which the field exists and the value that stands for it elsewhere. */
export interface Field<Out, In = Out> extends Type<Out, In> {
  readonly optional: true
  readonly from?: number
  readonly to?: number
  readonly default?: Out
  readonly tag?: number
  /** A value may be dropped silently at a version without the field; otherwise writing it is refused. */
  readonly ignorable?: boolean
}

// biome-ignore lint/suspicious/noExplicitAny: a shape holds fields of any type; inference needs the wild card
export type Shape = { readonly [name: string]: Type<any, any> }
export type Value<S extends Shape> = { -readonly [K in keyof S]: OutOf<S[K]> }
type OutOf<T> = T extends Type<infer Out, infer _In> ? Out : never
type InOf<T> = T extends Type<infer _Out, infer In> ? In : never
type OptionalKeys<S extends Shape> = {
  [K in keyof S]: S[K] extends { readonly optional: true } ? K : never
}[keyof S]
/** What a writer takes: every field without a declared default must be given. */
export type Sent<S extends Shape> = { [K in Exclude<keyof S, OptionalKeys<S>>]: InOf<S[K]> } & {
  [K in OptionalKeys<S>]?: InOf<S[K]> | undefined
}

const zeroUuid = 'AAAAAAAAAAAAAAAAAAAAAA'
const plain = <T>(kind: Kind, zero: T): Type<T> => ({ kind, zero })

export const boolean = plain('boolean', false as boolean)
export const int8 = plain('int8', 0 as number)
export const int16 = plain('int16', 0 as number)
export const uint16 = plain('uint16', 0 as number)
export const int32 = plain('int32', 0 as number)
export const uint32 = plain('uint32', 0 as number)
export const int64 = plain('int64', 0n as bigint)
export const float64 = plain('float64', 0 as number)
export const string = plain('string', '' as string)
/** 22 characters of url-safe base64. */
export const uuid = plain('uuid', zeroUuid as string)
/** A view into what was received, never a copy. */
export const bytes = plain('bytes', new Uint8Array(0) as Uint8Array)
/** Record batches, byte for byte; a view into what was received. */
export const records = plain('records', new Uint8Array(0) as Uint8Array)
export const nullableString = nullable(string)

export function array<Out, In>(of: Type<Out, In>): Type<Out[], readonly In[]> {
  return { kind: 'array', zero: [], of: of as Type<unknown> }
}

/**
 * An array that in one message after the other is often the same. What is read may then be the very same value, and what is
 * the very same value is put into bytes once.
 */
export function repeating<Out, In>(type: Type<Out[], In>): Type<readonly Readonly<Out>[], In> {
  return { ...type, repeats: true } as Type<readonly Readonly<Out>[], In>
}

export function struct<S extends Shape>(fields: S): Type<Value<S>, Sent<S>> {
  return { kind: 'struct', zero: undefined as unknown as Value<S>, fields }
}

/** Null is allowed, from version `since` on. */
export function nullable<Out, In>(type: Type<Out, In>, since = 0): Type<Out | null, In | null> {
  return { ...(type as Type<Out | null, In | null>), nullableFrom: since }
}

/** Exists in every version; `value` is what a fresh message holds. */
export function defaulted<Out, In>(type: Type<Out, In>, value: Out): Field<Out, In> {
  return { ...type, optional: true, default: value }
}

/** Exists from version `from` on. */
export function since<Out, In>(from: number, type: Type<Out, In>, value?: Out): Field<Out, In> {
  return between(from, Number.POSITIVE_INFINITY, type, value)
}

/** Exists up to version `to`. */
export function until<Out, In>(to: number, type: Type<Out, In>, value?: Out): Field<Out, In> {
  return between(0, to, type, value)
}

export function between<Out, In>(
  from: number,
  to: number,
  type: Type<Out, In>,
  value?: Out,
): Field<Out, In> {
  const field: Field<Out, In> = { ...type, optional: true, from, to }
  return value === undefined ? field : { ...field, default: value }
}

/** A tagged field (KIP-482): sent only where it differs from its default. */
export function tagged<Out, In>(
  tag: number,
  from: number,
  type: Type<Out, In>,
  value?: Out,
): Field<Out, In> {
  return { ...since(from, type, value), tag }
}

/** May be dropped silently when the message is written at a version without the field. */
export function ignorable<Out, In>(field: Type<Out, In>): Field<Out, In> {
  return { ...field, optional: true, ignorable: true } as Field<Out, In>
}

/** Keeps its two-byte length in flexible versions: the client id of a request header. */
export function inflexible<Out, In>(type: Type<Out, In>): Type<Out, In> {
  return { ...type, inflexible: true }
}

/** A message: its versions, the first flexible one, and its fields. */
export interface Message<S extends Shape = Shape> {
  readonly name: string
  readonly versions: readonly [lowest: number, highest: number]
  /** First version with compact lengths and tagged fields; `never` where there is none. */
  readonly flexible: number
  readonly fields: S
  /** A broker cannot refuse to answer an old client: what its version has no field for is left out. */
  readonly lenient?: true
}

export const never = Number.POSITIVE_INFINITY

export type Listener = 'broker' | 'controller'

export interface Api<Req extends Shape = Shape, Res extends Shape = Shape> {
  readonly key: number
  readonly name: string
  readonly versions: readonly [lowest: number, highest: number]
  /** Highest version that Kafka advertises by default; newer ones are unstable. */
  readonly stable: number
  readonly flexible: number
  readonly listeners: readonly Listener[]
  /** Only for members of the cluster. */
  readonly clusterAction: boolean
  /** A broker hands it on to the active controller. */
  readonly forwardable: boolean
  readonly request: Message<Req>
  readonly response: Message<Res>
}

// biome-ignore lint/suspicious/noExplicitAny: stands for every API, whatever its shapes
export type AnyApi = Api<any, any>
export type RequestOf<A> = A extends Api<infer Req, infer _> ? Value<Req> : never
export type ResponseOf<A> = A extends Api<infer _, infer Res> ? Value<Res> : never
/** What may be sent: fields with a default may be left out. */
export type SentRequestOf<A> = A extends Api<infer Req, infer _> ? Sent<Req> : never
export type SentResponseOf<A> = A extends Api<infer _, infer Res> ? Sent<Res> : never

export interface ApiDeclaration<Req extends Shape, Res extends Shape> {
  key: number
  name: string
  versions: readonly [number, number]
  stable?: number
  flexible: number
  listeners?: readonly Listener[]
  clusterAction?: boolean
  forwardable?: boolean
  request: Req
  response: Res
}

export function api<Req extends Shape, Res extends Shape>(
  declaration: ApiDeclaration<Req, Res>,
): Api<Req, Res> {
  const { name, versions, flexible, request, response } = declaration
  return {
    stable: versions[1],
    listeners: ['broker'],
    clusterAction: false,
    forwardable: false,
    ...declaration,
    request: { name: `${name}Request`, versions, flexible, fields: request },
    response: { name: `${name}Response`, versions, flexible, fields: response, lenient: true },
  }
}

export function message<S extends Shape>(declaration: Message<S>): Message<S> {
  return declaration
}

/** A message inside a record; `type` is the number that names it in its framing. */
export interface RecordSchema<S extends Shape = Shape> extends Message<S> {
  readonly type: number
}

export function record<S extends Shape>(declaration: RecordSchema<S>): RecordSchema<S> {
  return declaration
}

export type ValueOf<M> = M extends Message<infer S> ? Value<S> : never
export type SentOf<M> = M extends Message<infer S> ? Sent<S> : never
