/**
 * Pool size: how many frames a compressed pool uses, after the cost and benefit of Wilson, Kaplan and
 * Smaragdakis, in the small. Every so many fetches:
 *
 *   more   as many fetches as an eighth found their block written out so lately that a pool of twice
 *          the size would have had it
 *   less   the pool held what less than one in 32 asked for: what it saves is not worth its frames
 */

const PERIOD = 64;

export interface PoolSize {
  readonly framesMin: number;
  readonly framesMax: number;
  frames: number;
  /** Of this period: fetches, those that the pool served, those that twice the pool would have. */
  fetches: number;
  hits: number;
  nearly: number;
}

export function createPoolSize(framesMin: number, framesMax: number): PoolSize {
  return {
    framesMin,
    framesMax,
    frames: Math.ceil((framesMin + framesMax) / 2),
    fetches: 0,
    hits: 0,
    nearly: 0,
  };
}

/** A fetch found its block in memory (`age` 0), or `age` blocks have been written since it was. */
export function noteFetch(pool: PoolSize, age: number): void {
  pool.fetches++;
  if (age === 0) pool.hits++;
  else if (age <= pool.frames) pool.nearly++;
  if (pool.fetches < PERIOD) return;
  const step = Math.max(1, pool.frames >> 3);
  if (pool.nearly * 8 >= PERIOD) pool.frames = Math.min(pool.framesMax, pool.frames + step);
  else if (pool.hits * 32 < PERIOD) pool.frames = Math.max(pool.framesMin, pool.frames - step);
  pool.fetches = 0;
  pool.hits = 0;
  pool.nearly = 0;
}
