/** Measures: the fields of results that expectations and tables name, by what has them. */

import type { TaskResult, WindowResult } from './results.ts';

/** The measures of a window, as expectations name them. */
export const windowMeasures = [
  'references',
  'faults',
  'compulsoryFaults',
  'hardFaults',
  'softFaults',
  'lostFaults',
  'regeneratedFaults',
  'pageIns',
  'pageOuts',
  'revocationsMet',
  'revocationsMissed',
  'messages',
  'stallNs',
  'framesMean',
  'diskBlocks',
] as const satisfies readonly (keyof WindowResult)[];

/** The measures of a task, and of a row's totals, as expectations name them. */
export const measureNames = [
  'references',
  'faults',
  'compulsoryFaults',
  'hardFaults',
  'softFaults',
  'lostFaults',
  'regeneratedFaults',
  'pageIns',
  'pageOuts',
  'revocationsMet',
  'revocationsMissed',
  'revocationsPartly',
  'messages',
  'virtualNs',
  'stallNs',
  'faultNsMean',
  'faultNsP99',
  'framesMean',
  'framesMax',
  'slowdown',
] as const satisfies readonly (keyof TaskResult)[];

/** What a row has only where the machine has several CPUs. */
export const processorNames = ['shootdowns', 'interrupted', 'shootdownNs', 'staleWrites'] as const;

/** What a task has only where there is a disk server. */
export const diskNames = [
  'diskBlocksRead',
  'diskBlocksWritten',
  'diskSliceNs',
  'diskSlackNs',
  'diskLaxNs',
  'diskWaitNs',
  'diskWaitNsMost',
  'diskOverruns',
] as const satisfies readonly (keyof TaskResult)[];

/** What a task has only where the scenario makes something of it. */
export const superpageNames = [
  'tlbWalks',
  'promotions',
  'demotions',
  'reservations',
  'reservationsBroken',
] as const satisfies readonly (keyof TaskResult)[];
