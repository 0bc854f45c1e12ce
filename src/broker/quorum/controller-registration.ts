/** This node's word as a controller: where it is reached, and what it understands (KIP-919). */
import { uuidFrom } from '../../base/uuid.ts'
import { supportedFeatures } from '../../metadata/features.ts'
import { controllerRegistration } from '../../protocol/apis/controller-registration.ts'
import { errorName, KafkaError } from '../../protocol/errors.ts'
import type { ToController } from './broker-lifecycle.ts'
import type { QuorumOptions } from './options.ts'

/** Throws what the active controller says against it. */
export async function registerController(
  controller: ToController,
  { nodeId, random, registration }: Pick<QuorumOptions, 'nodeId' | 'random' | 'registration'>,
): Promise<void> {
  const { errorCode, errorMessage } = await controller(controllerRegistration, {
    controllerId: nodeId,
    incarnationId: uuidFrom(random),
    zkMigrationReady: false,
    listeners: registration.controllerEndpoints.map((each) => ({ ...each, securityProtocol: 0 })),
    features: [...supportedFeatures],
  })
  if (errorCode !== 0) throw new KafkaError(errorName(errorCode), errorMessage)
}
