/** Feature levels of a cluster (KIP-584, KIP-1022). */
import { updateFeatures as updateApi } from '../../protocol/apis/update-features.ts'
import { code, KafkaError } from '../../protocol/errors.ts'
import type { Cluster } from '../cluster.ts'
import { done, errorOf, failed, type Result } from '../result.ts'
import type { TimeoutOption } from './topics.ts'

export type ClusterFeatures = {
  /** −1 where no cluster-wide levels are known. */
  readonly epoch: bigint
  readonly features: readonly {
    readonly name: string
    readonly minVersion: number
    readonly maxVersion: number
    /** 0 where the feature is off. */
    readonly level: number
  }[]
}

/** As a node tells when a connection begins; of this node, or of any. */
export async function describeFeatures(
  cluster: Cluster,
  { nodeId, timeoutMs }: TimeoutOption & { nodeId?: number | undefined } = {},
): Promise<ClusterFeatures> {
  return cluster.retrying({ callName: 'describeFeatures', timeoutMs }, async (attempt) => {
    // Only what controllers say of themselves tells whether it is controllers that were named.
    if (nodeId !== undefined || cluster.settings.viaControllers) await cluster.ensureFresh()
    const connection = await (nodeId === undefined ? cluster.any() : cluster.broker(nodeId))
    attempt.reached = true
    const { supportedFeatures, finalizedFeatures, finalizedFeaturesEpoch } = connection.answer!
    const levels = new Map(finalizedFeatures.map((each) => [each.name, each.maxVersionLevel]))
    return {
      epoch: finalizedFeaturesEpoch,
      features: supportedFeatures.map(({ name, minVersion, maxVersion }) => ({
        name,
        minVersion,
        maxVersion,
        level: levels.get(name) ?? 0,
      })),
    }
  })
}

/** The numbers of the protocol. */
export const upgradeTypes = { upgrade: 1, safeDowngrade: 2, unsafeDowngrade: 3 } as const
export type UpgradeType = keyof typeof upgradeTypes

/** All of them change, or none does: one that cannot is the failure of each. */
export async function updateFeatures(
  cluster: Cluster,
  levels: ReadonlyMap<string, number>,
  {
    type,
    validateOnly = false,
    timeoutMs,
  }: TimeoutOption & { type: UpgradeType; validateOnly?: boolean },
): Promise<Map<string, Result<null>>> {
  return cluster.retrying({ callName: 'updateFeatures', timeoutMs }, async (attempt) => {
    const connection = await cluster.controller()
    attempt.reached = true
    const hasTypes = (connection.version(updateApi) ?? 0) >= 1
    const answer = await connection.call(updateApi, {
      timeoutMs: Math.ceil(attempt.leftMs),
      featureUpdates: [...levels].map(([feature, maxVersionLevel]) => ({
        feature,
        maxVersionLevel,
        ...(hasTypes
          ? { upgradeType: upgradeTypes[type] }
          : { allowDowngrade: type !== 'upgrade' }),
      })),
      ...(hasTypes ? { validateOnly } : {}),
    })
    if (answer.errorCode === code('NOT_CONTROLLER')) throw new KafkaError('NOT_CONTROLLER')
    const single = new Map(answer.results.map((each) => [each.feature, each]))
    return new Map(
      [...levels.keys()].map((feature) => {
        const own = single.get(feature)
        const [errorCode, message] =
          answer.errorCode !== 0
            ? [answer.errorCode, answer.errorMessage]
            : [own?.errorCode ?? 0, own?.errorMessage ?? null]
        return [feature, errorCode === 0 ? done(null) : failed(errorOf(errorCode, message))]
      }),
    )
  })
}
