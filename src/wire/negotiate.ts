/**
 * The first exchange on every connection (KIP-35, KIP-511): the broker says which APIs and versions it serves. It is asked at
 * our newest version; a broker that does not know that one answers at version 0 with UNSUPPORTED_VERSION, and is asked
 * again at one that it knows.
 */
import { int16At } from '../base/bytes.ts'
import { apiVersions } from '../protocol/apis/api-versions.ts'
import { decode } from '../protocol/codec.ts'
import { code, errorName, KafkaError } from '../protocol/errors.ts'
import { malformed } from '../protocol/reader.ts'
import type { ResponseOf, SentRequestOf } from '../protocol/schema.ts'
import { apiVersionsRetry } from '../protocol/versions.ts'

export type ApiVersionsAnswer = ResponseOf<typeof apiVersions>

/** Sends a request at a version and gives the body of the answer as it came. */
export type Exchange = (
  request: SentRequestOf<typeof apiVersions>,
  version: number,
) => Promise<Uint8Array>

export async function negotiate(
  exchange: Exchange,
  software: { name: string; version: string },
): Promise<ApiVersionsAnswer> {
  const newest = apiVersions.versions[1]
  const first = await ask(exchange, newest, software)
  if (first.errorCode !== code('UNSUPPORTED_VERSION')) return checked(first)
  return checked(
    await ask(exchange, Math.min(apiVersionsRetry(apiVersions, first), newest), software),
  )
}

async function ask(
  exchange: Exchange,
  version: number,
  software: { name: string; version: string },
): Promise<ApiVersionsAnswer> {
  const body = await exchange(
    { clientSoftwareName: software.name, clientSoftwareVersion: software.version },
    version,
  )
  if (body.length < 2) throw malformed('an ApiVersions answer of less than 2 bytes')
  const refused = int16At(body, 0) === code('UNSUPPORTED_VERSION')
  return decode(apiVersions.response, refused ? 0 : version, body)
}

function checked(answer: ApiVersionsAnswer): ApiVersionsAnswer {
  if (answer.errorCode === 0) return answer
  throw new KafkaError(errorName(answer.errorCode))
}
