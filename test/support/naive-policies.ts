/**
 * Each policy once more, as a reader of the textbook would write it: plain arrays, searches, no
 * structure shared with the policies under test. A naive policy takes a whole string of page ids
 * in a fixed number of frames and returns its victims in order.
 */

/** Faults and, in order, the pages evicted. */
export interface NaiveRun {
  faults: number;
  victims: number[];
}

/** Frames by number; the page in frame i, or undefined. */
type FrameTable = (number | undefined)[];

export function naiveFifo(pages: readonly number[], frames: number): NaiveRun {
  const queue: number[] = [];
  const run: NaiveRun = { faults: 0, victims: [] };
  for (const page of pages) {
    if (queue.includes(page)) continue;
    run.faults++;
    if (queue.length === frames) run.victims.push(queue.shift() as number);
    queue.push(page);
  }
  return run;
}

export function naiveLru(pages: readonly number[], frames: number): NaiveRun {
  return byLastUse(pages, frames, (times) => times.indexOf(Math.min(...times)));
}

export function naiveMru(pages: readonly number[], frames: number): NaiveRun {
  return byLastUse(pages, frames, (times) => times.indexOf(Math.max(...times)));
}

/** Frames with the times of their pages' last uses; `choose` names the frame to empty. */
function byLastUse(
  pages: readonly number[],
  frames: number,
  choose: (times: number[]) => number,
): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  const table: number[] = [];
  pages.forEach((page, now) => {
    if (!table.includes(page)) {
      run.faults++;
      if (table.length === frames) {
        const frame = choose(table.map((held) => pages.lastIndexOf(held, now - 1)));
        run.victims.push(...table.splice(frame, 1));
      }
      table.push(page);
    }
  });
  return run;
}

export function naiveOptimal(pages: readonly number[], frames: number): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  const table: number[] = [];
  pages.forEach((page, now) => {
    if (table.includes(page)) return;
    run.faults++;
    if (table.length === frames) {
      const uses = table.map((held) => {
        const next = pages.indexOf(held, now);
        return next < 0 ? Number.POSITIVE_INFINITY : next;
      });
      run.victims.push(...table.splice(uses.indexOf(Math.max(...uses)), 1));
    }
    table.push(page);
  });
  return run;
}

/** Frames in a ring, a bit each, replaced in place. */
export function naiveClock(pages: readonly number[], frames: number): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  const table: FrameTable = new Array(frames).fill(undefined);
  const bits: boolean[] = new Array(frames).fill(false);
  let hand = 0;
  for (const page of pages) {
    const frame = table.indexOf(page);
    if (frame >= 0) {
      bits[frame] = true;
      continue;
    }
    run.faults++;
    while (bits[hand]) {
      bits[hand] = false;
      hand = (hand + 1) % frames;
    }
    const victim = table[hand];
    if (victim !== undefined) run.victims.push(victim);
    table[hand] = page;
    bits[hand] = true;
    hand = (hand + 1) % frames;
  }
  return run;
}

/** A queue of pages, each with its bit, rotated until the head's is clear. */
export function naiveSecondChance(pages: readonly number[], frames: number): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  const queue: { page: number; bit: boolean }[] = [];
  for (const page of pages) {
    const entry = queue.find((candidate) => candidate.page === page);
    if (entry !== undefined) {
      entry.bit = true;
      continue;
    }
    run.faults++;
    if (queue.length === frames) {
      for (let head = queue.shift(); head !== undefined; head = queue.shift()) {
        if (!head.bit) {
          run.victims.push(head.page);
          break;
        }
        queue.push({ page: head.page, bit: false });
      }
    }
    queue.push({ page, bit: true });
  }
  return run;
}

interface WorkingSetFrame {
  page: number;
  bit: boolean;
  dirty: boolean;
  lastUse: number;
}

/** Frames in a ring, replaced in place; `writes[i]` says whether reference i is a write. */
export function naiveWorkingSet(
  pages: readonly number[],
  writes: readonly boolean[],
  frames: number,
  tau: number,
): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  const table: WorkingSetFrame[] = [];
  let hand = 0;
  pages.forEach((page, now) => {
    const held = table.find((frame) => frame.page === page);
    if (held !== undefined) {
      held.bit = true;
      held.dirty ||= writes[now];
      return;
    }
    run.faults++;
    const entering = { page, bit: true, dirty: writes[now], lastUse: now };
    if (table.length < frames) {
      table.push(entering);
      return;
    }
    const chosen = chooseOld(table, hand, now, tau);
    run.victims.push(table[chosen].page);
    table[chosen] = entering;
    hand = (chosen + 1) % frames;
  });
  return run;
}

/** One turn from the hand: the first old clean frame, else the first old one, else the oldest. */
function chooseOld(table: WorkingSetFrame[], hand: number, now: number, tau: number): number {
  const turn = table.map((_, step) => (hand + step) % table.length);
  for (const index of turn) {
    const frame = table[index];
    if (frame.bit) Object.assign(frame, { bit: false, lastUse: now });
    if (now - frame.lastUse > tau && !frame.dirty) return index;
  }
  const old = turn.find((index) => now - table[index].lastUse > tau);
  if (old !== undefined) return old;
  return turn.reduce((best, index) => (table[index].lastUse < table[best].lastUse ? index : best));
}

/** The fewest faults any choice of victims can take, by trying all of them. Short strings only. */
export function fewestFaults(pages: readonly number[], frames: number): number {
  let states = new Map<string, number>([['', 0]]);
  for (const page of pages) {
    const following = new Map<string, number>();
    const reach = (set: number[], faults: number): void => {
      const key = set.sort((left, right) => left - right).join();
      const known = following.get(key);
      if (known === undefined || faults < known) following.set(key, faults);
    };
    for (const [key, faults] of states) {
      const held = key === '' ? [] : key.split(',').map(Number);
      if (held.includes(page)) reach(held, faults);
      else if (held.length < frames) reach([...held, page], faults + 1);
      else
        for (const victim of held)
          reach([...held.filter((other) => other !== victim), page], faults + 1);
    }
    states = following;
  }
  return Math.min(...states.values());
}
