/** The principal inside an Envelope request (KIP-590). */
import { boolean, message, string } from '../schema.ts'

export const defaultPrincipalData = message({
  name: 'DefaultPrincipalData',
  versions: [0, 0],
  flexible: 0,
  fields: {
    type: string,
    name: string,
    tokenAuthenticated: boolean,
  },
})
