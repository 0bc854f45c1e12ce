/** One side of a conversation in a SASL mechanism (RFC 4422): no I/O, so that it can be tried with the words of the standards. */
export interface SaslMechanism {
  /** As Kafka names it: `PLAIN`, `SCRAM-SHA-256`. */
  readonly name: string
  first(): Uint8Array
  /** What to say to this challenge; null when nothing is left to say. Throws where the other side proves to be somebody else. */
  next(challenge: Uint8Array): Uint8Array | null
}

export type Credentials = { readonly username: string; readonly password: string }
