await import('./ts.mjs')
const { main } = await import('../test/sim/main.ts')
process.exit(await main(process.argv.slice(2)))
