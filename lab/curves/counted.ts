/** Counted: what the points of curves count, each thing with its title. */

import type { Curves } from './curve.ts';
import type { Point, Traffic } from './points.ts';

/** What is counted: its title, how to find it in a point, and how far off it is. */
export interface Counted {
  readonly title: string;
  readonly count: (point: Point) => number;
  readonly bound: (point: Point) => number | undefined;
}

const misses: Counted = {
  title: 'misses',
  count: (point) => point.misses,
  bound: (point) => point.bound,
};

function trafficOf(title: string, key: keyof Traffic): Counted {
  return {
    title,
    count: ({ traffic }) => traffic?.[key] ?? 0,
    bound: ({ trafficBound }) => trafficBound?.[key],
  };
}

const traffic: readonly Counted[] = [
  trafficOf('misses on reads', 'readMisses'),
  trafficOf('misses on writes', 'writeMisses'),
  trafficOf('misses on fetches', 'fetchMisses'),
  trafficOf('pages written back', 'writeBacks'),
];

/** What counts are told by: the references of the whole, or of the phase. */
export function referencesOf({ references: own }: Point, { references }: Curves): number {
  return own ?? references;
}

/** Misses; with traffic where they come from, and what was written back. */
export function countedIn({ curves }: Curves): readonly [Counted, ...Counted[]] {
  return curves[0]?.points[0]?.traffic === undefined ? [misses] : [misses, ...traffic];
}
