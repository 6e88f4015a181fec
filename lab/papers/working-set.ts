/**
 * Working-set probe: for each task of a scenario, Denning's working set by window and the set that
 * page fault frequency keeps by threshold. A row for each; its `frames` are the window or threshold.
 */

import { faultFrequency, workingSetCurve } from '../bounds/index.ts';
import type { Measured } from '../scenario/expectations.ts';
import type { LoadedScenario } from '../scenario/load.ts';

const WINDOW_MAX = 2000;
const THRESHOLD_MAX = 100;
/** How much the mean size grows from each window to one so much longer. */
const GROWTH = 100;

export function workingSets({ tasks }: LoadedScenario): Measured {
  const curves = tasks.map(({ references }) => workingSetCurve(references, WINDOW_MAX));
  const windows = Array.from({ length: WINDOW_MAX }, (_, at) => at + 1);
  const sets = windows.map((window) => ({
    management: 'working-set',
    frames: window,
    tasks: tasks.map(({ name, references: { references } }, at) => {
      const faults = curves[at]?.faults[window] as number;
      const meanPages = curves[at]?.meanPages[window] as number;
      return { name, faults, meanPages, missRate: faults / references };
    }),
    totals: {},
  }));
  const growth = windows.slice(0, -GROWTH).map((window) => ({
    management: 'growth',
    frames: window,
    tasks: tasks.map(({ name }, at) => {
      const { meanPages } = curves[at] as (typeof curves)[number];
      const grown = (meanPages[window + GROWTH] as number) - (meanPages[window] as number);
      return { name, meanPages: grown };
    }),
    totals: {},
  }));
  const thresholds = Array.from({ length: THRESHOLD_MAX }, (_, at) => at + 1).map((threshold) => ({
    management: 'fault-frequency',
    frames: threshold,
    tasks: tasks.map(({ name, references }) => ({
      name,
      ...faultFrequency(references, threshold),
    })),
    totals: {},
  }));
  return { rows: [...sets, ...growth, ...thresholds] };
}
