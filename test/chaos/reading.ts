/** What can be read in the end, and what a group has read on the way. */
import { parseBootstrap } from '../../src/client/bootstrap.ts'
import { Consumer } from '../../src/client/consumer.ts'
import { type Jackdaw, jackdawCommand } from '../support/jackdaw.ts'
import { end, start } from '../support/processes.ts'

/** All values of a topic, partition by partition, from the first to the last. */
export async function readAll({ bootstrap }: Jackdaw, topic: string, partitions: number) {
  const consumer = new Consumer(
    { bootstrap: parseBootstrap(bootstrap) },
    { autoOffsetReset: 'earliest' },
  )
  const all = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }))
  consumer.assign(all)
  const values: string[][] = all.map(() => [])
  const isAtEnd = (each: (typeof all)[number]) => {
    const position = consumer.position(each)
    const endOffset = consumer.endOffset(each)
    return position !== null && endOffset !== null && position >= endOffset
  }
  try {
    while (!all.every(isAtEnd)) {
      const run = await consumer.poll(1000)
      while (run?.next()) values[run.partition]!.push(textOf(run.cursor))
    }
  } finally {
    await consumer.close()
  }
  return values
}

function textOf({
  bytes,
  valueStart,
  valueEnd,
}: {
  bytes: Uint8Array
  valueStart: number
  valueEnd: number
}) {
  return Buffer.from(bytes.subarray(valueStart, valueEnd)).toString()
}

/** A member of a group that reads from the beginning for as long as it lives. */
export function groupReader({ bootstrap }: Jackdaw, topic: string) {
  const args = ['--bootstrap-server', bootstrap, '--topic', topic, '--group', 'readers']
  const running = start(jackdawCommand('console-consumer', [...args, '--from-beginning'])!, {
    keepStdinOpen: true,
  })
  const seen = () => new Set(running.stdout().toString().split('\n'))
  return {
    /** Of these values, those that it has not seen within the time. */
    async missing(values: readonly string[], timeoutMs: number): Promise<string[]> {
      const deadline = performance.now() + timeoutMs
      for (;;) {
        const had = seen()
        const missing = values.filter((each) => !had.has(each))
        if (missing.length === 0 || performance.now() > deadline) return missing
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    },
    end: () => end(running, 'SIGINT'),
  }
}
