/** This node's word as a controller: where it is reached, and what it understands (KIP-919). */
import { supportedFeatures } from '../../metadata/features.ts'
import { controllerRegistration } from '../../protocol/apis/controller-registration.ts'
import { errorName, KafkaError } from '../../protocol/errors.ts'
import type { Registration, ToController } from './broker-lifecycle.ts'

/** Throws what the active controller says against it. */
export async function registerController(
  controller: ToController,
  {
    nodeId,
    incarnationId,
    endpoints,
  }: Pick<Registration, 'endpoints'> & {
    nodeId: number
    incarnationId: string
  },
): Promise<void> {
  const { errorCode, errorMessage } = await controller(controllerRegistration, {
    controllerId: nodeId,
    incarnationId,
    zkMigrationReady: false,
    listeners: endpoints.map((each) => ({ ...each, securityProtocol: 0 })),
    features: [...supportedFeatures],
  })
  if (errorCode !== 0) throw new KafkaError(errorName(errorCode), errorMessage)
}
