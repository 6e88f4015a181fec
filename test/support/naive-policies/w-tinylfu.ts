/** W-TinyLFU, naively: arrays, the oldest first, and a Map of counts that is halved entry by entry. */

import type { NaiveRun } from './naive-run.ts';

export interface NaiveWTinyLfuSettings {
  readonly window: number;
  readonly protected: number;
  readonly sample: number;
}

export function naiveWTinyLfu(
  pages: readonly number[],
  frames: number,
  settings: NaiveWTinyLfuSettings,
): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  const windowFrames = Math.max(1, Math.floor(frames * settings.window));
  const safeFrames = Math.floor((frames - windowFrames) * settings.protected);
  let window: number[] = [];
  let probation: number[] = [];
  let safe: number[] = [];
  const counts = new Map<number, number>();
  const countOf = (page: number): number => counts.get(page) ?? 0;
  let counted = 0;

  const increment = (page: number): void => {
    counts.set(page, Math.min(15, countOf(page) + 1));
    counted++;
    if (counted < settings.sample * frames) return;
    for (const [other, count] of counts) counts.set(other, Math.floor(count / 2));
    counted = Math.floor(counted / 2);
  };
  const without = (list: readonly number[], page: number): number[] =>
    list.filter((other) => other !== page);

  for (const page of pages) {
    if (window.includes(page)) window = [...without(window, page), page];
    else if (probation.includes(page) || safe.includes(page)) {
      probation = without(probation, page);
      safe = [...without(safe, page), page];
      while (safe.length > safeFrames) probation.push(safe.shift() as number);
    } else {
      run.faults++;
      if (window.length + probation.length + safe.length === frames) {
        const candidate = window[0];
        const kept = probation[0] ?? safe[0];
        const isKept = kept === undefined || countOf(candidate) <= countOf(kept);
        const victim = isKept ? candidate : kept;
        run.victims.push(victim);
        window = without(window, victim);
        probation = without(probation, victim);
        safe = without(safe, victim);
      }
      window.push(page);
      while (window.length > windowFrames) probation.push(window.shift() as number);
    }
    increment(page);
  }
  return run;
}
