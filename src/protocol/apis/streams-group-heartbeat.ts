import {
  api,
  array,
  boolean,
  defaulted,
  int8,
  int16,
  int32,
  int64,
  nullable,
  nullableString,
  string,
  struct,
  uint16,
} from '../schema.ts'

/** The life of a member of a streams group (KIP-1071). */
export const streamsGroupHeartbeat = api({
  key: 88,
  name: 'StreamsGroupHeartbeat',
  versions: [0, 0],
  flexible: 0,
  request: {
    groupId: string,
    memberId: string,
    memberEpoch: int32,
    endpointInformationEpoch: int32,
    instanceId: defaulted(nullableString, null),
    rackId: defaulted(nullableString, null),
    rebalanceTimeoutMs: defaulted(int32, -1),
    topology: defaulted(
      nullable(
        struct({
          epoch: int32,
          subtopologies: array(
            struct({
              subtopologyId: string,
              sourceTopics: array(string),
              sourceTopicRegex: array(string),
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
              repartitionSinkTopics: array(string),
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
              copartitionGroups: array(
                struct({
                  sourceTopics: array(int16),
                  sourceTopicRegex: array(int16),
                  repartitionSourceTopics: array(int16),
                }),
              ),
            }),
          ),
        }),
      ),
      null,
    ),
    activeTasks: defaulted(
      nullable(
        array(
          struct({
            subtopologyId: string,
            partitions: array(int32),
          }),
        ),
      ),
      null,
    ),
    standbyTasks: defaulted(
      nullable(
        array(
          struct({
            subtopologyId: string,
            partitions: array(int32),
          }),
        ),
      ),
      null,
    ),
    warmupTasks: defaulted(
      nullable(
        array(
          struct({
            subtopologyId: string,
            partitions: array(int32),
          }),
        ),
      ),
      null,
    ),
    processId: defaulted(nullableString, null),
    userEndpoint: defaulted(
      nullable(
        struct({
          host: string,
          port: uint16,
        }),
      ),
      null,
    ),
    clientTags: defaulted(
      nullable(
        array(
          struct({
            key: string,
            value: string,
          }),
        ),
      ),
      null,
    ),
    taskOffsets: defaulted(
      nullable(
        array(
          struct({
            subtopologyId: string,
            partition: int32,
            offset: int64,
          }),
        ),
      ),
      null,
    ),
    taskEndOffsets: defaulted(
      nullable(
        array(
          struct({
            subtopologyId: string,
            partition: int32,
            offset: int64,
          }),
        ),
      ),
      null,
    ),
    shutdownApplication: boolean,
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    errorCode: int16,
    errorMessage: defaulted(nullableString, null),
    memberId: string,
    memberEpoch: int32,
    heartbeatIntervalMs: int32,
    acceptableRecoveryLag: int32,
    taskOffsetIntervalMs: int32,
    status: nullable(
      array(
        struct({
          statusCode: int8,
          statusDetail: string,
        }),
      ),
    ),
    activeTasks: defaulted(
      nullable(
        array(
          struct({
            subtopologyId: string,
            partitions: array(int32),
          }),
        ),
      ),
      null,
    ),
    standbyTasks: defaulted(
      nullable(
        array(
          struct({
            subtopologyId: string,
            partitions: array(int32),
          }),
        ),
      ),
      null,
    ),
    warmupTasks: defaulted(
      nullable(
        array(
          struct({
            subtopologyId: string,
            partitions: array(int32),
          }),
        ),
      ),
      null,
    ),
    endpointInformationEpoch: int32,
    partitionsByUserEndpoint: defaulted(
      nullable(
        array(
          struct({
            userEndpoint: struct({
              host: string,
              port: uint16,
            }),
            activePartitions: array(
              struct({
                topic: string,
                partitions: array(int32),
              }),
            ),
            standbyPartitions: array(
              struct({
                topic: string,
                partitions: array(int32),
              }),
            ),
          }),
        ),
      ),
      null,
    ),
  },
})
