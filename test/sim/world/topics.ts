/** The topics of the simulated world. */

/** Nothing of it that was acknowledged may be lost. */
export const topic = 'orders'
export const partitions = 2
/** Comes and goes. */
export const passing = 'passing'
/** Whichever replica is there may lead it, now and then: an unclean election loses what was safe before it. */
export const loose = 'loose'
