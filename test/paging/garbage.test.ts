import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createScript, say, stop, touch, written } from '../../clients/programs/script.ts';
import { boot } from '../../lab/run/boot.ts';
import { runCell } from '../../lab/run/cell.ts';
import type { CellOptions, CellTask } from '../../lab/run/cell-options.ts';
import { cloneKernel } from '../../nucleus/kernel.ts';
import { stepKernel } from '../../nucleus/scheduler.ts';
import { TRAP } from '../../nucleus/tasks.ts';
import { type PageKinds, PLAIN_PAGES } from '../../paging/page-kinds.ts';
import {
  GARBAGE,
  GARBAGE_NOW,
  READ,
  type ReferenceString,
  WANTED,
  WRITE,
} from '../../sim-hw/references.ts';
import { hashState } from '../../sim-hw/state.ts';
import { cell, task, writing } from '../support/cells.ts';
import { loop } from '../support/reference-strings.ts';

const zero = { initial: 'zero' } as const;

function heeding(given: Partial<PageKinds> = {}): { kinds: PageKinds } {
  return { kinds: { ...PLAIN_PAGES, heeds: true, ...given } };
}

function quiet(options: CellOptions) {
  const result = runCell({ ...options, oracles: true });
  for (const { name, violations } of result.oracles) expect(violations, name).toEqual([]);
  return result.tasks;
}

/** Two buffers of `pages` in turn: written, read, garbage. */
function buffers(pages: number, rounds: number, what: number): ReferenceString {
  const script = createScript();
  for (let round = 0; round < rounds; round++) {
    const from = (round % 2) * pages;
    say(script, WANTED, from, from + pages);
    for (const kind of [WRITE, READ])
      for (let page = from; page < from + pages; page++) touch(script, page, kind);
    say(script, what, from, from + pages);
  }
  return written(script);
}

test('[GARB1] garbage is neither written nor read again: the next touch after a drop is zeros, soft', () => {
  const program = buffers(8, 10, GARBAGE);
  const [heeded] = quiet(cell(8, [task('one', program, 'fifo', 8, { ...zero, ...heeding() })]));
  expect(heeded).toMatchObject({ pageOuts: 0, pageIns: 0, lostFaults: 0, regeneratedFaults: 0 });
  expect(heeded).toMatchObject({ softFaults: 80, compulsoryFaults: 16 });
  const [unheeded] = quiet(cell(8, [task('one', program, 'fifo', 8, zero)]));
  expect(unheeded?.pageOuts).toBe(72);
  expect(unheeded?.pageIns).toBe(64);
});

test('[GARB1] what swap has of garbage is not read either', () => {
  const script = createScript();
  for (let page = 0; page < 8; page++) touch(script, page, WRITE);
  // All but the last four are on swap by now.
  say(script, GARBAGE, 0, 8);
  say(script, WANTED, 0, 8);
  for (let page = 0; page < 8; page++) touch(script, page, WRITE);
  const one = task('one', written(script), 'fifo', 4, { ...zero, ...heeding() });
  expect(quiet(cell(4, [one]))[0]).toMatchObject({ pageIns: 0, softFaults: 16 });
});

test('[GARB1] garbage that is still there is as it was, and a task that says nothing more keeps it', () => {
  const script = createScript();
  for (let page = 0; page < 4; page++) touch(script, page, WRITE);
  say(script, GARBAGE, 0, 4);
  for (let page = 0; page < 4; page++) touch(script, page, READ);
  const one = task('one', written(script), 'fifo', 4, { ...zero, ...heeding() });
  expect(quiet(cell(4, [one]))[0]).toMatchObject({ faults: 4 });
});

test('[GARB2] what is wanted again and written is kept like any other page', () => {
  const script = createScript();
  for (let page = 0; page < 4; page++) touch(script, page, WRITE);
  say(script, GARBAGE, 0, 4);
  say(script, WANTED, 0, 4);
  for (let page = 0; page < 4; page++) touch(script, page, WRITE);
  for (let page = 4; page < 8; page++) touch(script, page, WRITE);
  for (let page = 0; page < 4; page++) touch(script, page, READ);
  const one = task('one', written(script), 'fifo', 4, { ...zero, ...heeding() });
  expect(quiet(cell(4, [one]))[0]).toMatchObject({ pageIns: 4, hardFaults: 4 });
});

test('[GARB5] what a program called garbage is kept again once it has begun again and written it', () => {
  const script = createScript();
  for (let page = 0; page < 8; page++) touch(script, page, WRITE);
  for (let page = 0; page < 8; page++) touch(script, page, READ);
  say(script, GARBAGE, 0, 8);
  const again = { ...zero, atEnd: 'restart' } as const;
  const one = task('one', written(script), 'fifo', 4, { ...again, ...heeding() });
  const longer = createScript();
  stop(longer, 50_000_000, 0);
  touch(longer, 0, WRITE);
  const other = task('other', written(longer), 'fifo', 4, zero);
  quiet(cell(8, [one, other]));
});

test('[GARB3] when a page must be written garbage goes with it, as much as flushPages says', () => {
  const script = createScript();
  // FIFO takes what lives before what is garbage.
  for (let page = 0; page < 8; page++) touch(script, page, WRITE);
  say(script, GARBAGE, 4, 8);
  for (let page = 8; page < 12; page++) touch(script, page, WRITE);
  // What is on its way out arrives.
  stop(script, 10_000_000, 0);
  touch(script, 11, READ);
  const at = (flushPages: number) => {
    const all = heeding({ flushPages });
    return quiet(cell(8, [task('one', written(script), 'fifo', 8, { ...zero, ...all })]))[0];
  };
  expect([0, 1, 3, 64].map((flushPages) => at(flushPages)?.pageOuts)).toEqual([4, 2, 1, 1]);
});

test('[GARB3] garbage that may go now goes at once, for the price of a trap', () => {
  const world = (what: number) => {
    const one = task('one', buffers(8, 1, what), 'fifo', 8, { ...zero, ...heeding() });
    const booted = boot(cell(8, [one]));
    const [id] = booted.clients as [number];
    let least = 8;
    while (stepKernel(booted.kernel)) {
      const held = booted.kernel.state.table.entries.filter((entry) => entry !== 0).length;
      if ((booted.kernel.state.tasks[id]?.stopsMade ?? 0) > 0) least = Math.min(least, held);
    }
    return { times: booted.kernel.state.finished[id]?.times as Float64Array };
  };
  const [later, now] = [world(GARBAGE), world(GARBAGE_NOW)].map(({ times }) => times[TRAP] ?? 0);
  expect((now as number) - (later as number)).toBe(1000);
  // The frames are free: nothing that comes then is evicted for.
  const more = (what: number) => {
    const script = createScript();
    for (let page = 0; page < 8; page++) touch(script, page, WRITE);
    say(script, what, 4, 8);
    for (let page = 8; page < 12; page++) touch(script, page, WRITE);
    const one = task('one', written(script), 'fifo', 8, { ...zero, ...heeding() });
    return quiet(cell(8, [one]))[0]?.pageOuts;
  };
  expect([more(GARBAGE), more(GARBAGE_NOW)]).toEqual([4, 0]);
});

test('[GARB4] a central pager is told, and knows of no garbage', () => {
  const one = task('one', buffers(8, 10, GARBAGE_NOW), 'fifo', 8, { ...zero, ...heeding() });
  for (const management of ['mach', 'global-clock', 'global-lru'] as const)
    expect(quiet(cell(8, [one], { management }))[0]?.pageOuts).toBeGreaterThan(30);
});

test('[TIME7] [GARB1] a run with garbage cloned in the middle ends as it does', () => {
  const one = task('one', buffers(8, 10, GARBAGE), 'fifo', 8, { ...zero, ...heeding() });
  const { kernel, clients } = boot(cell(8, [one]));
  while ((kernel.state.tasks[clients[0] as number]?.stopsMade ?? 0) < 9) stepKernel(kernel);
  const copy = cloneKernel(kernel);
  while (stepKernel(kernel));
  while (stepKernel(copy));
  expect(hashState(copy.state)).toBe(hashState(kernel.state));
});

/** Ranges are wanted, written, read and forgotten in any order, a wanted page written first. */
function careless(draws: readonly (readonly [number, number, number])[]): ReferenceString {
  const script = createScript();
  const isGarbage = new Set<number>();
  for (let page = 0; page < 24; page++) touch(script, page, WRITE);
  for (const [deed, from, length] of draws) {
    const to = Math.min(24, from + length);
    if (deed === 0 || deed === 1) {
      say(script, deed === 0 ? GARBAGE : GARBAGE_NOW, from, to);
      for (let page = from; page < to; page++) isGarbage.add(page);
      continue;
    }
    say(script, WANTED, from, to);
    for (let page = from; page < to; page++) {
      const kind = deed === 2 || isGarbage.delete(page) ? WRITE : READ;
      touch(script, page, kind);
    }
    stop(script, 0, deed * 1000);
  }
  return written(script);
}

test('[GARB1] [GARB2] [FAULT5] whatever a task forgets, lends and loses, what it wrote last it reads', () => {
  const deeds = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 4 }), fc.nat(23), fc.integer({ min: 1, max: 10 })),
    { minLength: 20, maxLength: 60 },
  );
  const way = fc.record({
    deeds,
    flushPages: fc.constantFrom(0, 2, 64),
    zeroFill: fc.boolean(),
    extra: fc.constantFrom(0, 12),
    softReferences: fc.boolean(),
    hostile: fc.constantFrom(null, 'silent' as const),
    spareFrames: fc.constantFrom(0, 3),
    policy: fc.constantFrom('fifo', 'clock', 'lru'),
  });
  let dropped = 0;
  fc.assert(
    fc.property(way, ({ deeds: draws, flushPages, extra, policy, spareFrames, ...rest }) => {
      const { zeroFill, hostile, softReferences } = rest;
      const given: Partial<CellTask> = { ...zero, ...heeding({ flushPages, softReferences }) };
      const one = task('one', careless(draws), policy, 6, { ...given, zeroFill, extra, hostile });
      const claim = task('claim', writing(loop(9, 12)), 'lru', 9, { ...zero, start: 60_000 });
      const terms = { term: 0, graceExtra: 5000, graceShrink: 1e8, penalty: 'repossess' } as const;
      const [result] = quiet(cell(18, [one, claim], { terms, slice: 20_000, spareFrames }));
      dropped += (result?.softFaults ?? 0) - (result?.compulsoryFaults ?? 0);
    }),
    { seed: 11, numRuns: 150 },
  );
  expect(dropped).toBeGreaterThan(1000);
}, 120_000);
