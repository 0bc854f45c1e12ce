/** What Apache Kafka's tools answered, replayed with our tools against our broker. */
import { describe } from 'vitest'
import { testScenarios } from './support/replaying.ts'
import { scenariosIn } from './support/transcripts.ts'
import { transcriptsFolder } from './support/transcripts-main.ts'

// The tools of this release; the others' sessions are played by `npm run transcripts` as they come.
const tools = [
  'kafka-topics',
  'kafka-console-producer',
  'kafka-console-consumer',
  'kafka-consumer-groups',
]

describe('transcripts', () => {
  testScenarios(
    scenariosIn(
      transcriptsFolder,
      tools.map((tool) => `${tool}/*`),
    ),
  )
})
