import { code } from '../../protocol/errors.ts'

/** What the controller says of every change of ACLs where nobody would look at them. */
export const noAuthorizer = {
  errorCode: code('SECURITY_DISABLED'),
  errorMessage: 'No Authorizer is configured.',
}
