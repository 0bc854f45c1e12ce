import { enter } from '../enter.ts'
import { brokerApiVersions } from './broker-api-versions.ts'

void enter(brokerApiVersions)
