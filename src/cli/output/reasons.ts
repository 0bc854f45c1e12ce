type SystemError = Error & {
  code?: string
  address?: string
  /** Of TLS, which knows only what was asked for. */
  host?: string
  port?: number
  path?: string
  hostname?: string
}

/** Why a connection cannot be made, and what to look at; null for what is none of these. */
export function reasonOf(error: unknown): string | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const text = reason(cause as SystemError)
    if (text !== null) return text
    // Node tries the addresses of a name one after the other, and gathers what became of them.
    if (cause instanceof AggregateError) return reasonOf(cause.errors[0])
  }
  return null
}

function reason(error: SystemError): string | null {
  const where = placeOf(error)
  switch (error.code) {
    case 'ECONNREFUSED':
      return `nothing listens on ${where}: is the broker running, and is it the right port?`
    case 'ENOENT':
      return `there is no socket ${where}: is the broker running?`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name ${error.hostname ?? where} cannot be resolved`
    case 'ETIMEDOUT':
      return `${where} does not answer: is a firewall in between?`
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `there is no way to ${where}`
    case 'EACCES':
      return `the socket ${where} belongs to somebody else`
    case 'ECONNRESET':
      if (/before secure TLS/.test(error.message)) {
        return `${where === '' ? 'the other side' : where} hung up when TLS was to begin: does it speak TLS?`
      }
      return `${where === '' ? 'the other side' : where} hung up: does it speak Kafka, and without TLS?`
    default:
      return null
  }
}

function placeOf({ path, address, host = '', port }: SystemError): string {
  if (path !== undefined) return path
  const name = address ?? host
  return port === undefined || name === '' ? name : `${name}:${port}`
}
