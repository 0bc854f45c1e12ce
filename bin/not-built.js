/** Says what to do when what this command is made of is not there; anything else is thrown on. */
module.exports = (error) => {
  if (error.code !== 'MODULE_NOT_FOUND') throw error
  const folder = require('node:path').dirname(__dirname)
  process.stderr.write(
    `jackdaw is not built yet (${error.message.split('\n')[0]}).\n` +
      `Run this once:  cd ${folder} && npm install && npm run build\n`,
  )
  process.exitCode = 1
}
