import { code } from '../../protocol/errors.ts'

/** Delegation tokens are for those who have authenticated, and here nobody has (KIP-48). */
export const noTokens = { errorCode: code('DELEGATION_TOKEN_REQUEST_NOT_ALLOWED') }
