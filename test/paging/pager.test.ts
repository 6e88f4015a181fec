import { expect, test } from 'vitest';
import type { ContractEvent } from '../../contracts/events.ts';
import { boot, type World } from '../../lab/run/boot.ts';
import { runCell } from '../../lab/run/cell.ts';
import type { CellOptions, CellTask } from '../../lab/run/cell-options.ts';
import { collect } from '../../lab/run/collect.ts';
import type { Receiver } from '../../nucleus/kernel.ts';
import { stepKernel } from '../../nucleus/scheduler.ts';
import { BUSY, DIRTY, HAS_COPY, LOST, RESIDENT, slotOf } from '../../paging/page-word.ts';
import { NO_PAGE, type PagerState, WANTS_CLEAN } from '../../paging/state.ts';
import { FETCH } from '../../paging/transfer-records.ts';
import { cell, task, writing } from '../support/cells.ts';
import { loop, randomPages, toReferenceString } from '../support/reference-strings.ts';

function pagerOf(world: World, client = 0): PagerState {
  return world.kernel.receivers[world.clients[client] as number]?.state as PagerState;
}

/** Steps a world to its end; `look` after each step. */
function stepThrough(options: CellOptions, look: (world: World) => void): World {
  const world = boot(options);
  while (stepKernel(world.kernel)) look(world);
  return world;
}

/** The pager's counts against its page words and free list; what is wrong, or undefined. */
function checkPager(pager: PagerState): string | undefined {
  let idle = 0;
  let idleDirty = 0;
  let dirty = 0;
  const bound = new Set<number>();
  for (const [page, word] of pager.pageWord.entries()) {
    const isIdle = (word & (RESIDENT | BUSY)) === RESIDENT;
    if (isIdle) idle++;
    if ((word & DIRTY) !== 0) dirty++;
    if (isIdle && (word & DIRTY) !== 0) idleDirty++;
    if ((word & (RESIDENT | BUSY)) === 0) continue;
    // On its way out of a frame that is bound already to the page that comes in.
    if (pager.transfers.records.some(({ purpose, out }) => purpose === FETCH && out === page))
      continue;
    if (pager.slotPage[slotOf(word)] !== page) return `page ${page} and its slot disagree`;
    bound.add(slotOf(word));
  }
  let free = 0;
  for (let slot = pager.firstFree; slot >= 0; slot = -2 - (pager.slotPage[slot] as number)) {
    if (bound.has(slot)) return `slot ${slot} is free and bound`;
    free++;
  }
  if (free !== pager.freeSlots) return `${free} slots are free, ${pager.freeSlots} counted`;
  if (idle !== pager.idle || idleDirty !== pager.idleDirty) return 'idle pages are miscounted';
  if (dirty !== pager.dirty) return 'dirty pages are miscounted';
  if (bound.size + free !== pager.held) return `${bound.size} + ${free} are not ${pager.held} held`;
  return undefined;
}

const busy = [
  task('one', writing(randomPages(5, 1500, 20)), 'clock', 6, { extra: 8, initial: 'zero' }),
  task('two', writing(randomPages(9, 900, 18)), 'lru', 5, { extra: 8, start: 2_000_000 }),
];

test('[FAULT7] counts re-sum, and held never exceeds the contract, at every step of a busy run', () => {
  let checks = 0;
  stepThrough(cell(16, busy, { spareFrames: 1 }), (world) => {
    for (const client of [0, 1]) {
      const pager = pagerOf(world, client);
      if (world.kernel.state.finished[pager.id] !== null) continue;
      expect(checkPager(pager)).toBeUndefined();
      expect(pager.held).toBeLessThanOrEqual(pager.guaranteed + pager.extra);
      checks++;
    }
  });
  expect(checks).toBeGreaterThan(1000);
});

test('[FAULT5] with extras at most G pages are dirty while more than G frames are held', () => {
  let atLimit = 0;
  stepThrough(cell(16, busy), (world) => {
    const pager = pagerOf(world);
    if (pager.guaranteed === 0 || pager.held <= pager.guaranteed) return;
    expect(pager.dirty).toBeLessThanOrEqual(pager.guaranteed);
    if (pager.dirty === pager.guaranteed) atLimit++;
  });
  expect(atLimit).toBeGreaterThan(10);
});

test('[FAULT5] so extras that are called back never miss the short deadline', () => {
  const events: ContractEvent[] = [];
  const terms = { term: 0, graceExtra: 60_000, graceShrink: 1e8, penalty: 'kill' } as const;
  const observer = (event: ContractEvent) => events.push(event);
  const { tasks } = runCell(cell(16, busy, { observer, terms }));
  expect(tasks[0]?.revocationsMet).toBeGreaterThan(0);
  expect(tasks.map(({ revocationsMissed }) => revocationsMissed)).toEqual([0, 0]);
  expect(events.some(({ kind }) => kind === 'notice')).toBe(true);
});

test('[FAULT2] faults = hard + soft + lost, each page is compulsory once', () => {
  const { tasks } = runCell(cell(16, busy));
  for (const { faults, hardFaults, softFaults, lostFaults, compulsoryFaults, name } of tasks) {
    expect(hardFaults + softFaults + lostFaults).toBe(faults);
    expect(compulsoryFaults).toBe(name === 'one' ? 20 : 18);
    expect(lostFaults).toBe(0);
  }
});

test('[FAULT6] a page touched while it is on its way out is kept, and read from nowhere', () => {
  const pages = loop(5, 60);
  const options = { initial: 'zero' } as const;
  const one = task('one', writing(pages), 'fifo', 5, options);
  const [result] = runCell(cell(5, [one], { spareFrames: 2 })).tasks;
  // The memory holds all five pages: without write-behind there is nothing but first touches.
  expect(runCell(cell(5, [one])).tasks[0]?.faults).toBe(5);
  expect(result?.softFaults).toBeGreaterThan(5);
  expect(result?.lostFaults).toBe(0);
});

test('[FAULT8] a dirty page and the one its task waits for change places in one transfer', () => {
  let exchanges = 0;
  const one = task('one', writing(loop(10, 30)), 'fifo', 8);
  const world = stepThrough(cell(8, [one]), (now) => {
    const pager = pagerOf(now);
    if (now.kernel.state.finished[pager.id] !== null) return;
    expect(checkPager(pager)).toBeUndefined();
    for (const { purpose, page, out, slot } of pager.transfers.records) {
      if (purpose !== FETCH || out === NO_PAGE) continue;
      exchanges++;
      expect((pager.pageWord[out] as number) & (RESIDENT | BUSY)).toBe(BUSY);
      expect(slotOf(pager.pageWord[page] as number)).toBe(slot);
    }
  });
  expect(exchanges).toBeGreaterThan(200);
  const [result] = collect(world).tasks;
  expect(result).toMatchObject({ faults: 300, hardFaults: 300, pageIns: 300, pageOuts: 292 });
  // A contract and eight frames: two messages each; seven a fault, written out or not; its end is
  // told to two servers.
  const sent = world.kernel.state.tasks.reduce((sum, { messages }) => sum + messages, 0);
  expect(sent).toBe(2 + 2 * 8 + 7 * 300 + 2);
});

test('[FAULT8] only between pages of one task', () => {
  const tasks = busy.map((each) => ({ ...each, extra: 0, guaranteed: 0 }));
  let foreign = 0;
  stepThrough(cell(16, tasks, { management: 'global-lru' }), (now) => {
    const { members, transfers } = (now.kernel.receivers[now.central] as Receiver)
      .state as PagerState;
    const memberOf = (page: number) => members.find(({ base, pages }) => page < base + pages);
    for (const { purpose, page, out } of transfers.records)
      if (purpose === FETCH && out !== NO_PAGE && memberOf(page) !== memberOf(out)) foreign++;
  });
  expect(foreign).toBe(0);
});

/** A task with one extra frame and nothing else changes its page all the time; `start`: robbed. */
function onOneFrame(start: number, more: Partial<CellTask>, graceExtra: number): CellOptions {
  const program = writing(loop(3, 60));
  const one = task('one', program, 'fifo', 0, { extra: 1, ...more });
  const reads = toReferenceString(loop(8, 2), { collapse: false });
  const late = task('late', reads, 'lru', 8, { start });
  const terms = { term: 0, graceExtra, graceShrink: 1e8, penalty: 'repossess' } as const;
  return cell(8, [one, late], { oracles: true, terms });
}

test('[FAULT8] [FAULT3] a frame taken in the middle of an exchange loses what was not stored', () => {
  let lost = 0;
  let stored = 0;
  for (let start = 1_000_000; start < 1_400_000; start += 20_000) {
    const { oracles, tasks } = runCell(onOneFrame(start, { hostile: 'silent' }, 60_000));
    for (const { name, violations } of oracles) expect(violations, name).toEqual([]);
    expect(tasks[0]?.revocationsMissed).toBeGreaterThan(0);
    if (tasks[0]?.lostFaults === 0) stored++;
    else lost++;
  }
  expect(Math.min(lost, stored)).toBeGreaterThan(0);
});

test('[FAULT8] [REV2] a frame that is owed is written and given back, not filled anew', () => {
  for (let start = 1_000_000; start < 1_400_000; start += 20_000) {
    const [one] = runCell(onOneFrame(start, {}, 1_000_000)).tasks;
    expect(one).toMatchObject({ revocationsMet: 1, revocationsMissed: 0, lostFaults: 0 });
  }
});

/** Keeps its extras when they are called back, beside somebody with a claim to them. */
function robbed(program: CellTask['program'], more: Partial<CellTask> = {}): CellOptions {
  const silent = task('silent', program, 'fifo', 2, { extra: 14, hostile: 'silent', ...more });
  const reads = toReferenceString(loop(12, 40), { collapse: false });
  const late = task('late', reads, 'lru', 12, { start: 3_000_000 });
  return cell(16, [silent, late]);
}

test('[FAULT3] what was only in a frame that was taken is lost, told, and zeros from then on', () => {
  let flagged = 0;
  const options = robbed(writing(loop(14, 400)), { initial: 'zero' });
  const world = stepThrough({ ...options, oracles: false }, (now) => {
    const { pageWord, members } = pagerOf(now);
    for (const [page, word] of pageWord.entries()) {
      if ((word & LOST) === 0) continue;
      flagged++;
      expect(word & HAS_COPY).toBe(0);
      // With a frame already only while the fault that will tell it waits to be settled.
      if ((word & RESIDENT) !== 0)
        expect(members[0]).toMatchObject({ waits: WANTS_CLEAN, faultPage: page });
    }
  });
  const victim = world.kernel.state.finished[world.clients[0] as number];
  expect(flagged).toBeGreaterThan(0);
  expect(victim?.lostFaults).toBeGreaterThan(0);
  expect(victim?.revocationsMissed).toBeGreaterThan(0);
});

test('[FAULT3] what was clean when it was taken is fetched again', () => {
  const reads = toReferenceString(loop(20, 60), { collapse: false });
  const [victim] = runCell(robbed(reads)).tasks;
  expect(victim?.revocationsMissed).toBeGreaterThan(0);
  expect(victim?.lostFaults).toBe(0);
  expect(victim?.hardFaults).toBeGreaterThan(14);
});

test('[FAULT3] no frame with junk is ever mapped: the oracles watch', () => {
  const { oracles } = runCell({ ...robbed(writing(loop(14, 400))), oracles: true });
  expect(oracles.length).toBeGreaterThan(3);
  for (const { name, violations } of oracles) expect(violations, name).toEqual([]);
});

test('[FAULT4] scratch is dropped and never stored', () => {
  const program = writing(loop(10, 20));
  const scratch = [[0, 10]] as const;
  const options = { initial: 'zero' } as const;
  const stored = runCell(cell(5, [task('one', program, 'fifo', 5, options)])).tasks[0];
  const dropped = runCell(cell(5, [task('one', program, 'fifo', 5, { ...options, scratch })]));
  expect(stored?.pageOuts).toBeGreaterThan(100);
  expect(dropped.tasks[0]).toMatchObject({ pageOuts: 0, pageIns: 0, hardFaults: 0 });
  expect(dropped.tasks[0]?.lostFaults).toBe(190);
  expect(dropped.tasks[0]?.softFaults).toBe(10);
});

test('[FAULT4] scratch that was only read is not lost', () => {
  const reads = toReferenceString(loop(10, 20), { collapse: false });
  const scratch = [[0, 10]] as const;
  const one = task('one', reads, 'fifo', 5, { initial: 'zero', scratch });
  expect(runCell(cell(5, [one])).tasks[0]).toMatchObject({ lostFaults: 0, pageOuts: 0 });
});

test('[SWAP2] [SWAP8] a central pager that keeps frames free still keeps every page', () => {
  const tasks = busy.map((each) => ({ ...each, extra: 0 }));
  const { oracles, tasks: done } = runCell(cell(40, tasks, { management: 'mach', oracles: true }));
  for (const { name, violations } of oracles) expect(violations, name).toEqual([]);
  expect(done.every(({ lostFaults }) => lostFaults === 0)).toBe(true);
});
