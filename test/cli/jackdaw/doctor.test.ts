import http from 'node:http'
import net, { type AddressInfo, type Server } from 'node:net'
import tls from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { examine, knock } from '../../../src/cli/jackdaw/doctor/examine.ts'

const open: Server[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

async function listening(server: Server): Promise<{ host: string; port: number }> {
  open.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
}

describe('who answers at an address that is no broker', () => {
  test.each<{ who: string; server: () => Server; advice: RegExp }>([
    {
      who: 'a web server',
      server: () => http.createServer((_, answer) => answer.end()),
      advice: /^it speaks HTTP/,
    },
    // It has no certificate to show, and says so in the words of TLS.
    { who: 'TLS', server: () => tls.createServer(() => {}), advice: /^it speaks TLS/ },
    {
      who: 'one that hangs up',
      server: () => net.createServer((socket) => socket.destroy()),
      advice: /^it says nothing, or hangs up/,
    },
    {
      who: 'one that greets in a language of its own',
      server: () => net.createServer((socket) => socket.end('220 mail ready for you\r\n')),
      advice: /^it speaks something else/,
    },
  ])('$who', async ({ server, advice }) => {
    const findings = await knock(await listening(server()))
    expect(findings.map(({ verdict }) => verdict)).toEqual(['good', 'bad'])
    expect(findings[1]!.advice).toMatch(advice)
  })
})

test('nobody', async () => {
  const server = net.createServer()
  const address = await listening(server)
  await new Promise((resolve) => server.close(resolve))
  expect(await knock(address)).toEqual([
    {
      verdict: 'bad',
      text: `127.0.0.1:${address.port} cannot be reached`,
      advice: expect.stringMatching(/^nothing listens on 127\.0\.0\.1:\d+/),
    },
  ])
})

// A broker with SASL tells anybody its versions, and hangs up on whoever asks for more before saying who he is.
test('a broker that wants to know who asks', async () => {
  const server = net.createServer((socket) => {
    socket.once('data', (request) => {
      const isVersions = request.readInt16BE(4) === 18
      if (!isVersions || request.readInt16BE(6) !== 0) return socket.destroy()
      //  | length | correlationId | errorCode | no apis |
      const answer = Buffer.alloc(14)
      answer.writeInt32BE(10, 0)
      request.copy(answer, 4, 8, 12)
      socket.end(answer)
    })
  })
  const findings = []
  for await (const finding of examine([await listening(server)])) findings.push(finding)
  expect(findings.map(({ verdict }) => verdict)).toEqual(['good', 'good', 'bad'])
  expect(findings[2]!.advice).toMatch(
    /^it hangs up when it is asked: .*security\.protocol=SASL_PLAINTEXT/,
  )
})
