/** S3-FIFO, naively: three arrays, the oldest first. */

import type { NaiveRun } from './naive-run.ts';

interface Entry {
  readonly page: number;
  freq: number;
}

export interface NaiveS3FifoSettings {
  readonly small: number;
  readonly ghost: number;
  readonly promote: number;
}

export function naiveS3Fifo(
  pages: readonly number[],
  frames: number,
  settings: NaiveS3FifoSettings,
): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  const smallFrames = Math.floor(frames * settings.small);
  const ghosts = Math.floor(frames * settings.ghost);
  const small: Entry[] = [];
  const main: Entry[] = [];
  let ghost: number[] = [];

  const evictSmall = (): boolean => {
    for (let entry = small.shift(); entry !== undefined; entry = small.shift()) {
      if (entry.freq >= settings.promote) {
        main.push({ page: entry.page, freq: 0 });
        continue;
      }
      run.victims.push(entry.page);
      ghost.push(entry.page);
      return true;
    }
    return false;
  };
  const evictMain = (): void => {
    for (;;) {
      const entry = main.shift() as Entry;
      if (entry.freq === 0) {
        run.victims.push(entry.page);
        return;
      }
      main.push({ page: entry.page, freq: entry.freq - 1 });
    }
  };

  for (const page of pages) {
    const held = [...small, ...main].find((entry) => entry.page === page);
    if (held !== undefined) {
      held.freq = Math.min(3, held.freq + 1);
      continue;
    }
    run.faults++;
    const wasGhost = ghost.includes(page);
    ghost = ghost.filter((other) => other !== page);
    if (small.length + main.length === frames) {
      const fromMain = main.length > frames - smallFrames || small.length === 0;
      if (fromMain || !evictSmall()) evictMain();
    }
    while (ghost.length > ghosts) ghost.shift();
    (wasGhost ? main : small).push({ page, freq: 0 });
  }
  return run;
}
