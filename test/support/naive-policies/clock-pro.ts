/** CLOCK-Pro, naively: the clock is an array that begins at the hand of hot pages and ends at the head. */

import type { NaiveRun } from './naive-run.ts';

interface Entry {
  readonly page: number;
  hot: boolean;
  resident: boolean;
  test: boolean;
  bit: boolean;
}

export function naiveClockPro(
  pages: readonly number[],
  frames: number,
  settings: { readonly cold: number; readonly countsFault: boolean },
): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  const least = Math.max(1, Math.floor(settings.cold * frames));
  let target = least;
  let newest = -1;
  let clock: Entry[] = [];
  // Pages that the hands stand on.
  let coldHand = -1;
  let testHand = -1;

  const hotCount = (): number => clock.filter(({ hot }) => hot).length;
  const find = (page: number): Entry | undefined => clock.find((entry) => entry.page === page);
  const shift = (change: number): void => {
    target = Math.max(least, Math.min(frames, target + change));
  };
  const following = (page: number): number => {
    const at = clock.findIndex((entry) => entry.page === page);
    return clock[(at + 1) % clock.length].page;
  };
  const takeOff = (page: number): void => {
    const after = clock.length === 1 ? -1 : following(page);
    if (coldHand === page) coldHand = after;
    if (testHand === page) testHand = after;
    clock = clock.filter((entry) => entry.page !== page);
  };
  const putAtHead = (entry: Entry): void => {
    clock.push(entry);
    if (clock.length > 1) return;
    coldHand = entry.page;
    testHand = entry.page;
  };
  const endTest = (entry: Entry): void => {
    if (!entry.test) return;
    entry.test = false;
    if (!(entry.resident && entry.bit)) shift(-1);
    if (!entry.resident) takeOff(entry.page);
  };
  /** The hand of hot pages goes on: what it passes is at the end of the array then. */
  const cool = (): void => {
    let isDone = false;
    while (!isDone || (!clock[0].hot && hotCount() > 0)) {
      const entry = clock[0];
      if (entry.hot && !entry.bit) {
        entry.hot = false;
        isDone = true;
      } else if (entry.hot) entry.bit = false;
      else endTest(entry);
      if (clock[0] === entry) clock.push(clock.shift() as Entry);
    }
  };
  const coolDown = (): void => {
    while (hotCount() > Math.max(0, frames - target)) cool();
  };
  const evict = (): void => {
    for (;;) {
      const cold = clock.filter((entry) => entry.resident && !entry.hot);
      if (cold.length === 0) {
        cool();
        continue;
      }
      while (!cold.some(({ page }) => page === coldHand)) coldHand = following(coldHand);
      const entry = find(coldHand) as Entry;
      if (!entry.bit) {
        run.victims.push(entry.page);
        if (entry.test) {
          entry.resident = false;
          coldHand = following(entry.page);
        } else takeOff(entry.page);
        return;
      }
      entry.bit = false;
      takeOff(entry.page);
      putAtHead(entry);
      if (entry.test) {
        Object.assign(entry, { hot: true, test: false });
        shift(1);
        coolDown();
      } else entry.test = true;
    }
  };

  for (const page of pages) {
    const held = find(page);
    if (held?.resident) {
      // Hardware shows no difference between the fault and what follows before the next one.
      if (settings.countsFault || page !== newest) held.bit = true;
      continue;
    }
    run.faults++;
    const residents = clock.filter(({ resident }) => resident).length;
    const isFilling = run.victims.length === 0 && residents < frames;
    if (residents === frames) {
      coolDown();
      evict();
    }
    const fresh: Entry = { page, hot: false, resident: true, test: false, bit: false };
    if (find(page) !== undefined) {
      takeOff(page);
      fresh.hot = true;
      putAtHead(fresh);
      shift(1);
    } else {
      fresh.hot = isFilling && hotCount() < frames - target;
      fresh.test = !fresh.hot;
      putAtHead(fresh);
    }
    coolDown();
    while (clock.filter(({ resident }) => !resident).length > frames) {
      const entry = find(testHand) as Entry;
      testHand = following(testHand);
      if (!entry.hot) endTest(entry);
    }
    fresh.bit = settings.countsFault;
    newest = page;
  }
  return run;
}
