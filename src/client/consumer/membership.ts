import { KafkaError } from '../../protocol/errors.ts'
import { assignors } from '../assignors/assignors.ts'
import type { Cluster } from '../cluster.ts'
import { ClassicMember } from './classic-member.ts'
import { ConsumerMember } from './consumer-member.ts'
import type { CoordinatorLink } from './coordinator-link.ts'
import type { GroupHost, Membership } from './group.ts'
import type { ConsumerSettings } from './settings.ts'

export function membershipOf(
  cluster: Cluster,
  settings: ConsumerSettings,
  group: { link: CoordinatorLink; host: GroupHost },
): Membership {
  const ofGroup = { ...settings, groupId: settings.groupId! }
  if (settings.groupProtocol === 'consumer') return new ConsumerMember(cluster, ofGroup, group)
  const chosen = settings.assignors.map((name) => {
    const assignor = assignors.get(name)
    if (assignor !== undefined) return assignor
    const names = [...assignors.keys()].join(', ')
    throw new KafkaError('INVALID_CONFIG', `there is no assignor ${name}; there are ${names}`)
  })
  return new ClassicMember(cluster, ofGroup, { ...group, assignors: chosen })
}
