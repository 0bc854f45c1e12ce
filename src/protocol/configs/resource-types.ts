/** What has configurations, as ConfigResource.Type numbers it (KIP-133, KIP-714, KIP-1043). */
export const resourceTypes = {
  topic: 2,
  broker: 4,
  brokerLogger: 8,
  clientMetrics: 16,
  group: 32,
} as const
export type ResourceType = keyof typeof resourceTypes
