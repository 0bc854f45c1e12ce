/** The client broke the protocol: its connection is closed, with a line in the log, and no other one notices. */
export class Refusal extends Error {
  override name = 'Refusal'
}
