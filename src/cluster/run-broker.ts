/** This process as a broker, loaded only by those who become one. */
export async function runBroker(args: readonly string[]): Promise<number> {
  const { run } = await import('../broker/main.ts')
  return run(args)
}
