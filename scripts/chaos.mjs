process.env.JACKDAW_FETCH ??= '1'
await import('./ts.mjs')
const { main } = await import('../test/chaos/main.ts')
process.exit(await main(process.argv.slice(2)))
