/** Our own sessions, in the format of the recorded ones, with our tools against our broker. */
import { join } from 'node:path'
import { describe } from 'vitest'
import { projectRoot } from './support/project.ts'
import { testScenarios } from './support/replaying.ts'
import { scenariosIn } from './support/transcripts.ts'

describe('scripts', () => {
  testScenarios(scenariosIn(join(projectRoot, 'test', 'scripts')))
})
