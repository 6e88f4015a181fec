/** Comparing managements on one scenario: plan, run in workers, total. Host side. */

export {
  type CompareOptions,
  type Comparison,
  compareScenario,
  type RowLabel,
  type RowName,
} from './compare.ts';
export type { Division } from './divisions.ts';
export { createEventStream, type EventStream } from './event-stream.ts';
export { PolicyFailure, RunFailure } from './failures.ts';
export { createInlinePool } from './inline-pool.ts';
export { type ComparedMix, compareMixes, type LoadedMix } from './mixes.ts';
export { createPool, type Pool, type PoolOptions } from './pool.ts';
export { pressureOf } from './pressure-stream.ts';
export { runHeader } from './run-header.ts';
export { stepThrough } from './step-through.ts';
export { jainIndex, totalsOf, withSlowdowns } from './totals.ts';
