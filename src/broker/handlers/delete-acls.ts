import { deleteAcls } from '../../protocol/apis/delete-acls.ts'
import { handler } from '../handler.ts'
import { noAuthorizer } from './no-authorizer.ts'

export default handler(deleteAcls, (_, { filters }) => ({
  filterResults: filters.map(() => ({ ...noAuthorizer, matchingAcls: [] })),
}))
