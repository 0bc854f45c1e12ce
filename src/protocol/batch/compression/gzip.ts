import type * as Zlib from 'node:zlib'
import { lazily } from '../../../base/lazy.ts'
import type { Codec } from './codecs.ts'
import { messageOf, tooLarge, unreadable } from './failure.ts'

let library: typeof Zlib | undefined

function zlib(): typeof Zlib {
  library ??= lazily('node:zlib') as typeof Zlib
  return library
}

// Java's GZIPInputStream reads nothing of the stream's end before the last record is asked for; zlib wants it whole.
export const gzip: Codec = {
  compress: (bytes, level = -1) => zlib().gzipSync(bytes, { level }),
  decompress: (bytes, sizeMax) => {
    try {
      return zlib().gunzipSync(bytes, { maxOutputLength: sizeMax })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
        throw tooLarge('gzip', sizeMax)
      }
      throw unreadable('gzip', messageOf(error), error)
    }
  },
}
