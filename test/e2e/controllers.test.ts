/** `--bootstrap-controller`: what can be asked of the controllers themselves, of ours and of Apache Kafka's. */
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { apache } from '../support/apache.ts'
import { startApacheKafka } from '../support/apache-cluster.ts'
import { newSession, type Session } from './session.ts'

let session: Session
beforeEach(() => {
  session = newSession()
})
afterEach(() => session.end())

test('our controllers', { timeout: 120_000 }, async () => {
  await session.sh('jackdaw start')
  await answers(join(session.home, 'run', '1.quorum'))
})

const had = apache()
test.skipIf(!had.ok)(
  `Apache Kafka's controllers${had.ok ? '' : ` (skipped: ${had.reason})`}`,
  { timeout: 240_000 },
  async () => {
    const kafka = await startApacheKafka()
    try {
      await answers(kafka.controllers)
    } finally {
      await kafka.stop()
    }
  },
)

async function answers(controllers: string): Promise<void> {
  const { sh } = session
  // Where argparse4j reads the command line the address comes before the command.
  const asked = async (command: string) => {
    const at = `--bootstrap-controller ${controllers}`
    const { code, stdout, stderr } = await sh(command.replace('AT', at))
    expect({ code, stderr }, command).toEqual({ code: 0, stderr: '' })
    return stdout
  }
  expect(await asked('cluster cluster-id AT')).toMatch(/^Cluster ID: \S+\n$/)
  expect(await asked('cluster list-endpoints AT')).toMatch(
    new RegExp(`^ID .*\n1 +${controllers.split(':')[0]} .* controller *\n$`),
  )
  expect(await asked('features AT describe')).toContain('metadata.version')
  expect(await asked('metadata-quorum AT describe --status')).toMatch(/^LeaderId: +1$/m)
  const ofBrokers = 'configs AT --entity-type brokers --entity-default'
  expect(await asked(`${ofBrokers} --alter --add-config log.retention.ms=86400000`)).toBe(
    'Completed updating default config for brokers in the cluster.\n',
  )
  expect(await asked(`${ofBrokers} --describe`)).toContain('log.retention.ms=86400000')
}
