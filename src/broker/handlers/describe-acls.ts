import { describeAcls } from '../../protocol/apis/describe-acls.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'
import { Refusal } from '../refusal.ts'

const unknown = 0

/** There is no authorizer, so there are no ACLs. */
export default handler(describeAcls, (_, request) => {
  const { resourceTypeFilter, patternTypeFilter, operation, permissionType } = request
  if ([resourceTypeFilter, patternTypeFilter, operation, permissionType].includes(unknown)) {
    throw new Refusal('DescribeAcls with a filter of a kind that nobody knows')
  }
  return {
    errorCode: code('SECURITY_DISABLED'),
    errorMessage: 'No Authorizer is configured on the broker',
    resources: [],
  }
})
