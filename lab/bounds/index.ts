/** Offline bounds and curves: pure functions of reference strings. See README.md. */

export { type BeladyFaults, beladyFaults, globalBelady, type TaskFaults } from './belady.ts';
export { type FaultFrequencyResult, faultFrequency } from './fault-frequency.ts';
export { type Interleaving, interleave } from './interleaving.ts';
export { lruCurve } from './lru-curve.ts';
export { admitted, type Utilisation, utilisation } from './multiprogramming.ts';
export { NO_NEXT_USE, nextUses } from './next-use.ts';
export { chooseGuarantees } from './partition.ts';
export { sharedLruCurve, TOGETHER_MAX } from './shared-lru.ts';
export { type WorkingSetCurve, workingSetCurve } from './working-set.ts';
