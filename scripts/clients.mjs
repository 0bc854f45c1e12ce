process.env.JACKDAW_FETCH ??= '1'
await import('./ts.mjs')
const { main } = await import('../test/support/clients-main.ts')
process.exitCode = await main(process.argv.slice(2))
