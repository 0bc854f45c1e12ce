/** More sessions of Apache Kafka 4.3.1's tools, recorded with `npm run transcripts -- --record` (see docs/differences.md). */
import { join } from 'node:path'
import { describe } from 'vitest'
import { projectRoot } from './support/project.ts'
import { testScenarios } from './support/replaying.ts'
import { scenariosIn } from './support/transcripts.ts'

describe('recorded', () => {
  testScenarios(scenariosIn(join(projectRoot, 'test', 'recorded')))
})
