/**
 * Windows: what a program costs when it keeps not so many pages, but pages for so long.
 *
 *   working-set   a page stays for `window` references after its last use (Denning, CACM 11(5), 1968)
 *   vmin          a page stays if it is used again within `window` references, else it goes at once:
 *                 the same faults in the least memory (Prieve, Fabry, CACM 19(5), 1976)
 *
 * Both depend on nothing but how far apart uses of a page are. Those distances are gathered by window,
 * so that a few windows of a long trace take a few numbers. Exact.
 */

import type { ReferenceString } from '../../sim-hw/references.ts';
import type { Trace } from '../traces/trace.ts';
import type { Point } from './points.ts';

export type WindowPoint = Required<Pick<Point, 'window' | 'frames' | 'misses'>>;

type Program = ReferenceString & Pick<Trace, 'times'>;

export interface WindowCurves {
  readonly workingSet: readonly WindowPoint[];
  readonly vmin: readonly WindowPoint[];
}

/**
 * One point a window; `windows` ascend and are at least 1. Of a sample (`times`): what its pages are of the
 * whole, which has `whole` references.
 */
export function windowCurves(
  program: Program,
  windows: readonly number[],
  whole = program.references,
): WindowCurves {
  const { references } = program;
  const { reuses, reuseTime, lasts, lastTime } = distances(program, windows, whole);
  const workingSet: WindowPoint[] = [];
  const vmin: WindowPoint[] = [];
  const within = { reuses: 0, reuseTime: 0, lasts: 0, lastTime: 0 };
  for (const [at, window] of windows.entries()) {
    within.reuses += reuses[at];
    within.reuseTime += reuseTime[at];
    within.lasts += lasts[at];
    within.lastTime += lastTime[at];
    const misses = references - within.reuses;
    // Each use ends in a reuse, or is the last of its page and ends with the trace.
    const cut = references - within.reuses - within.lasts;
    const held = within.reuseTime + within.lastTime + cut * window;
    workingSet.push({ window, frames: held / whole, misses });
    vmin.push({ window, frames: (within.reuseTime + misses) / whole, misses });
  }
  return { workingSet, vmin };
}

interface Distances {
  /** By the first window that is at least the distance, and behind all windows: how many, their sum. */
  readonly reuses: Float64Array;
  readonly reuseTime: Float64Array;
  /** The same from each page's last use to the end. */
  readonly lasts: Float64Array;
  readonly lastTime: Float64Array;
}

function distances(
  { runs, pageNumbers, times }: Program,
  windows: readonly number[],
  whole: number,
): Distances {
  const entries = windows.length + 1;
  const found: Distances = {
    reuses: new Float64Array(entries),
    reuseTime: new Float64Array(entries),
    lasts: new Float64Array(entries),
    lastTime: new Float64Array(entries),
  };
  const { reuses, reuseTime, lasts, lastTime } = found;
  const lastUse = new Float64Array(pageNumbers.length).fill(-1);
  let now = 0;
  let together = 0;
  for (let at = 0; at < runs.length; at++) {
    const page = runs[at] >>> 8;
    const length = (runs[at] & 63) + 1;
    const last = lastUse[page];
    if (times !== undefined) now = times[at];
    if (last >= 0) {
      const place = placeOf(windows, now - last);
      reuses[place]++;
      reuseTime[place] += now - last;
    }
    together += length - 1;
    now += length;
    lastUse[page] = now - 1;
  }
  // References of a run after its first: one apart, and no window is shorter.
  reuses[0] += together;
  reuseTime[0] += together;
  for (const last of lastUse) {
    if (last < 0) continue;
    const place = placeOf(windows, whole - last);
    lasts[place]++;
    lastTime[place] += whole - last;
  }
  return found;
}

/** Index of the first window that is at least `distance`. */
function placeOf(windows: readonly number[], distance: number): number {
  let low = 0;
  let high = windows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (windows[middle] >= distance) high = middle;
    else low = middle + 1;
  }
  return low;
}
