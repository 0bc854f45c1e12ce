// Reads standard input as a tool does, and tells of it: a line with the size of each chunk, and at the end the hash of all. With an
// argument it pauses at that share of the chunks, and looks at a chunk only when it goes on.
import { createHash } from 'node:crypto'

await import('../../scripts/ts.mjs')
const { standardInput } = await import('../../src/host/stdio.ts')

const share = Number(process.argv[2] ?? 0)
const hash = createHash('sha256')
const kept = []
let random = 1
let isEnded = false

function look() {
  for (const chunk of kept.splice(0)) hash.update(chunk)
}

standardInput.start({
  chunk(bytes) {
    process.stdout.write(`${bytes.length}\n`)
    kept.push(bytes)
    random = (random * 48271) % 2147483647
    if (random / 2147483647 >= share) return look()
    standardInput.pause()
    setTimeout(() => {
      look()
      if (!isEnded) standardInput.resume()
    }, random % 3)
  },
  end() {
    isEnded = true
    look()
    process.stdout.write(`${hash.digest('hex')}\n`)
  },
})
