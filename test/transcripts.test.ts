/** What Apache Kafka's tools answered, replayed with our tools against our broker: every session whose tools there are. */
import { describe } from 'vitest'
import { testScenarios } from './support/replaying.ts'
import { scenariosIn } from './support/transcripts.ts'
import { transcriptsFolder } from './support/transcripts-main.ts'
import { type Combination, Verdicts } from './support/verdicts.ts'

describe('transcripts', () => {
  const verdicts = new Verdicts()
  const ours: Combination = { tools: 'jackdaw', broker: 'jackdaw' }
  testScenarios(scenariosIn(transcriptsFolder), (name, verdict) =>
    verdicts.note(ours, name, verdict),
  )
})
