/**
 * Working set: the pages used in the last tau references (Denning, CACM 11(5), 1968). Its faults and
 * its mean size for every window, from one pass.
 *
 * A reference faults when its page was last used more than tau references ago, or never. A reference
 * keeps its page in the set for tau references, or until the page is used again, or until the end,
 * whichever comes first; so both curves are sums over a histogram of those distances. Time is
 * virtual: the program's own references. What a machine would have to do to know the set is left out.
 */

import type { ReferenceString } from '../../sim-hw/references.ts';

export interface WorkingSetCurve {
  /** By window, from 1; entry 0: no window, where each reference faults. */
  readonly faults: Float64Array;
  /** Pages in the set, averaged over the references. */
  readonly meanPages: Float64Array;
}

/** Both curves for windows of up to `longest` references. Exact. */
export function workingSetCurve(program: ReferenceString, longest: number): WorkingSetCurve {
  const { references } = program;
  const { used, kept } = distances(program, longest);
  const faults = new Float64Array(longest + 1);
  const meanPages = new Float64Array(longest + 1);
  faults[0] = references;
  // Each tau adds the references whose page would still be kept for one reference more.
  let stillKept = references;
  for (let tau = 1; tau <= longest; tau++) {
    faults[tau] = (faults[tau - 1] as number) - (used[tau] as number);
    meanPages[tau] = (meanPages[tau - 1] as number) + stillKept / references;
    stillKept -= kept[tau] as number;
  }
  return { faults, meanPages };
}

/**
 * `used[d]`: references whose page was used last d references before. `kept[d]`: references after
 * which a set with no limit would keep the page for d references: up to its next use, or the end.
 */
function distances(
  { runs, references, pageNumbers }: ReferenceString,
  longest: number,
): { used: Float64Array; kept: Float64Array } {
  const used = new Float64Array(longest + 2);
  const kept = new Float64Array(longest + 2);
  const lastUse = new Float64Array(pageNumbers.length).fill(-1);
  let now = 0;
  for (const run of runs) {
    const page = run >>> 8;
    const length = (run & 63) + 1;
    const last = lastUse[page] as number;
    if (last >= 0) {
      const distance = Math.min(now - last, longest + 1);
      used[distance] = (used[distance] as number) + 1;
      kept[distance] = (kept[distance] as number) + 1;
    }
    used[1] = (used[1] as number) + length - 1;
    kept[1] = (kept[1] as number) + length - 1;
    now += length;
    lastUse[page] = now - 1;
  }
  for (const last of lastUse) {
    if (last < 0) continue;
    const distance = Math.min(references - last, longest + 1);
    kept[distance] = (kept[distance] as number) + 1;
  }
  return { used, kept };
}
