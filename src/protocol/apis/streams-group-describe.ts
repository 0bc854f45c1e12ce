import {
  api,
  array,
  boolean,
  defaulted,
  int16,
  int32,
  int64,
  nullable,
  nullableString,
  string,
  struct,
  uint16,
} from '../schema.ts'

/** State and members of streams groups (KIP-1071). */
export const streamsGroupDescribe = api({
  key: 89,
  name: 'StreamsGroupDescribe',
  versions: [0, 0],
  flexible: 0,
  request: {
    groupIds: array(string),
    includeAuthorizedOperations: boolean,
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    groups: array(
      struct({
        errorCode: int16,
        errorMessage: defaulted(nullableString, null),
        groupId: string,
        groupState: string,
        groupEpoch: int32,
        assignmentEpoch: int32,
        topology: defaulted(
          nullable(
            struct({
              epoch: int32,
              subtopologies: defaulted(
                nullable(
                  array(
                    struct({
                      subtopologyId: string,
                      sourceTopics: array(string),
                      repartitionSinkTopics: array(string),
                      stateChangelogTopics: array(
                        struct({
                          name: string,
                          partitions: int32,
                          replicationFactor: int16,
                          topicConfigs: array(
                            struct({
                              key: string,
                              value: string,
                            }),
                          ),
                        }),
                      ),
                      repartitionSourceTopics: array(
                        struct({
                          name: string,
                          partitions: int32,
                          replicationFactor: int16,
                          topicConfigs: array(
                            struct({
                              key: string,
                              value: string,
                            }),
                          ),
                        }),
                      ),
                    }),
                  ),
                ),
                null,
              ),
            }),
          ),
          null,
        ),
        members: array(
          struct({
            memberId: string,
            memberEpoch: int32,
            instanceId: defaulted(nullableString, null),
            rackId: defaulted(nullableString, null),
            clientId: string,
            clientHost: string,
            topologyEpoch: int32,
            processId: string,
            userEndpoint: defaulted(
              nullable(
                struct({
                  host: string,
                  port: uint16,
                }),
              ),
              null,
            ),
            clientTags: array(
              struct({
                key: string,
                value: string,
              }),
            ),
            taskOffsets: array(
              struct({
                subtopologyId: string,
                partition: int32,
                offset: int64,
              }),
            ),
            taskEndOffsets: array(
              struct({
                subtopologyId: string,
                partition: int32,
                offset: int64,
              }),
            ),
            assignment: struct({
              activeTasks: array(
                struct({
                  subtopologyId: string,
                  partitions: array(int32),
                }),
              ),
              standbyTasks: array(
                struct({
                  subtopologyId: string,
                  partitions: array(int32),
                }),
              ),
              warmupTasks: array(
                struct({
                  subtopologyId: string,
                  partitions: array(int32),
                }),
              ),
            }),
            targetAssignment: struct({
              activeTasks: array(
                struct({
                  subtopologyId: string,
                  partitions: array(int32),
                }),
              ),
              standbyTasks: array(
                struct({
                  subtopologyId: string,
                  partitions: array(int32),
                }),
              ),
              warmupTasks: array(
                struct({
                  subtopologyId: string,
                  partitions: array(int32),
                }),
              ),
            }),
            isClassic: boolean,
          }),
        ),
        authorizedOperations: defaulted(int32, -2147483648),
      }),
    ),
  },
})
