import { createAcls } from '../../protocol/apis/create-acls.ts'
import { handler } from '../handler.ts'
import { noAuthorizer } from './no-authorizer.ts'

export default handler(createAcls, (_, { creations }) => ({
  results: creations.map(() => noAuthorizer),
}))
