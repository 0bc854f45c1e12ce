import {
  api,
  array,
  boolean,
  defaulted,
  ignorable,
  int8,
  int16,
  int32,
  nullable,
  nullableString,
  repeating,
  since,
  string,
  struct,
} from '../schema.ts'

/**
 * Configurations of topics, brokers and groups, with synonyms and documentation (KIP-133,
 * KIP-226).
 */
export const describeConfigs = api({
  key: 32,
  name: 'DescribeConfigs',
  versions: [1, 4],
  flexible: 4,
  listeners: ['broker', 'controller'],
  request: {
    resources: array(
      struct({
        resourceType: int8,
        resourceName: string,
        configurationKeys: nullable(array(string)),
      }),
    ),
    includeSynonyms: boolean,
    includeDocumentation: since(3, boolean),
  },
  response: {
    throttleTimeMs: defaulted(int32, 0),
    results: array(
      struct({
        errorCode: int16,
        errorMessage: nullableString,
        resourceType: int8,
        resourceName: string,
        // Thousands of topics that nobody has configured are alike.
        configs: repeating(
          array(
            struct({
              name: string,
              value: nullableString,
              readOnly: boolean,
              configSource: defaulted(int8, -1),
              isSensitive: boolean,
              synonyms: array(
                struct({
                  name: string,
                  value: nullableString,
                  source: int8,
                }),
              ),
              configType: ignorable(since(3, int8)),
              documentation: ignorable(since(3, nullableString)),
            }),
          ),
        ),
      }),
    ),
  },
})
