import {
  api,
  array,
  defaulted,
  int8,
  int16,
  int32,
  nullableString,
  string,
  struct,
} from '../schema.ts'

/** Deletes access control entries (KIP-140). */
export const deleteAcls = api({
  key: 31,
  name: 'DeleteAcls',
  versions: [1, 3],
  flexible: 2,
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: {
    filters: array(
      struct({
        resourceTypeFilter: int8,
        resourceNameFilter: nullableString,
        patternTypeFilter: defaulted(int8, 3),
        principalFilter: nullableString,
        hostFilter: nullableString,
        operation: int8,
        permissionType: int8,
      }),
    ),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    filterResults: array(
      struct({
        errorCode: int16,
        errorMessage: nullableString,
        matchingAcls: array(
          struct({
            errorCode: int16,
            errorMessage: nullableString,
            resourceType: int8,
            resourceName: string,
            patternType: defaulted(int8, 3),
            principal: string,
            host: string,
            operation: int8,
            permissionType: int8,
          }),
        ),
      }),
    ),
  },
})
