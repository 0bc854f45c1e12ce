/** What the two other codecs for Node are given to do: the content of `content.ts`, in the words of each. */
import { createRequire } from 'node:module'
import { fetchV17, metadataV12, produceV11, Reader } from '@platformatic/kafka'
import { offset, partitions, recordValue, topicIds, topicNames } from './content.ts'

export type Work = () => unknown
const load = createRequire(import.meta.url)
const kafkajs = (path: string) => load(`kafkajs/src/protocol/requests/${path}`)

interface Encodes {
  encode(): Promise<{ buffer: Buffer }>
}

export interface Rival {
  produceRequest: Work
  produceResponse(bytes: Buffer): Work
  fetchRequest: Work
  fetchResponse(bytes: Buffer): Work
  metadataResponse(bytes: Buffer): Work
}

export const versions = {
  kafkajs: { produce: 7, fetch: 11, metadata: 6 },
  platformatic: { produce: 11, fetch: 17, metadata: 12 },
} as const

export const rivals: { readonly [name in keyof typeof versions]: Rival } = {
  kafkajs: kafkajsRival(),
  platformatic: platformaticRival(),
}

function kafkajsRival(): Rival {
  const fetchRequest = kafkajs('fetch/v11/request')
  const produceRequest = kafkajs('produce/v7/request')
  const message = { key: null, value: recordValue, timestamp: 1_700_000_000_000, headers: {} }
  const fetches = topicNames.map((topic) => ({
    topic,
    partitions: partitions.map((partition) => ({
      partition,
      currentLeaderEpoch: 3,
      fetchOffset: String(offset),
      logStartOffset: '-1',
      maxBytes: 1_048_576,
    })),
  }))
  const produces = topicNames.map((topic) => ({
    topic,
    partitions: partitions.map((partition) => ({ partition, messages: [message] })),
  }))
  const decoder = (path: string) => {
    const { decode } = kafkajs(path)
    return (bytes: Buffer) => () => decode(bytes)
  }
  return {
    produceRequest: async () => {
      const request: Encodes = produceRequest({ acks: -1, timeout: 30_000, topicData: produces })
      return (await request.encode()).buffer
    },
    produceResponse: decoder('produce/v7/response'),
    fetchRequest: async () => {
      const request: Encodes = fetchRequest({
        replicaId: -1,
        maxWaitTime: 500,
        minBytes: 1,
        maxBytes: 52_428_800,
        isolationLevel: 0,
        sessionId: 77,
        sessionEpoch: 5,
        topics: fetches,
        forgottenTopicsData: [],
        rackId: '',
      })
      return (await request.encode()).buffer
    },
    fetchResponse: decoder('fetch/v11/response'),
    metadataResponse: decoder('metadata/v6/response'),
  }
}

function platformaticRival(): Rival {
  const messages = topicNames.flatMap((topic) =>
    partitions.map((partition) => ({
      topic,
      partition,
      timestamp: 1_700_000_000_000n,
      value: recordValue,
    })),
  )
  const fetches = topicIds.map((topicId) => ({
    // Its ids are in the dashed spelling.
    topicId: dashed(topicId),
    partitions: partitions.map((partition) => ({
      partition,
      currentLeaderEpoch: 3,
      fetchOffset: offset,
      lastFetchedEpoch: -1,
      partitionMaxBytes: 1_048_576,
    })),
  }))
  // biome-ignore lint/suspicious/noExplicitAny: the package declares no type for its parsers
  const parser = (api: any, key: number, version: number) => (bytes: Buffer) => () =>
    api.parseResponse(1, key, version, Reader.from(bytes))
  return {
    // biome-ignore lint/suspicious/noExplicitAny: messages of bytes are not what its types foresee
    produceRequest: () => produceV11.createRequest(-1, 30_000, messages as any, {}).buffer,
    produceResponse: parser(produceV11, 0, 11),
    fetchRequest: () =>
      fetchV17.createRequest(500, 1, 52_428_800, 0, 77, 5, fetches, [], '').buffer,
    fetchResponse: parser(fetchV17, 1, 17),
    metadataResponse: parser(metadataV12, 3, 12),
  }
}

function dashed(id: string): string {
  const hex = Buffer.from(id, 'base64url').toString('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
