/** Mach's reserves, double paging and pauses, in whole runs and one message at a time. */

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { OP } from '../../../contracts/messages.ts';
import { boot, type World } from '../../../lab/run/boot.ts';
import { runCell } from '../../../lab/run/cell.ts';
import type { CellOptions } from '../../../lab/run/cell-options.ts';
import { DEFAULT_PAGER, MEMORY } from '../../../lab/run/layout.ts';
import { cloneKernel } from '../../../nucleus/kernel.ts';
import { stepKernel } from '../../../nucleus/scheduler.ts';
import { type DaemonState, DEFAULT, EXTERNAL, laundryOf } from '../../../paging/daemon.ts';
import type { PagerState } from '../../../paging/state.ts';
import type { DefaultPagerState } from '../../../servers/central/default-pager.ts';
import { lendingMessage } from '../../../servers/central/lending.ts';
import { createDaemon, reservedThresholds } from '../../../servers/central/reserves.ts';
import type { MemoryServerState } from '../../../servers/memory/state.ts';
import type { ExternalPagerState } from '../../../servers/swap/external-pager-state.ts';
import { createRandom, nextBelow } from '../../../sim-hw/random.ts';
import { hashState } from '../../../sim-hw/state.ts';
import { cell, task, writing } from '../../support/cells.ts';

const DEFENDED = { reserves: true, doublePaging: true, pauses: true };

/** Writes to pages in random order. */
function scatter(pages: number, references: number, seed: number) {
  const random = createRandom(seed);
  return writing(Array.from({ length: references }, () => nextBelow(random, pages)));
}

interface Draw {
  readonly frames: number;
  readonly pages: number;
  readonly perPage: number;
  readonly buffers: number;
  readonly seed: number;
}

function options({ frames, pages, perPage, buffers, seed }: Draw): CellOptions {
  const tasks = ['writer', 'other'].map((name, at) =>
    task(name, scatter(pages, 4 * pages, seed + at), 'clock', 0, { killAt: 60e9, initial: 'zero' }),
  );
  return cell(frames, tasks, {
    management: 'mach',
    oracles: true,
    slice: 50_000,
    terms: { term: 0, graceExtra: 1_000_000, graceShrink: 1_000_000, penalty: 'none' },
    externalPagers: [
      { name: 'files', buffers, reserve: 0, laundry: buffers, perPage, tasks: [0], backing: -1 },
    ],
  });
}

const parts = ({ kernel, central }: World) => {
  const pager = kernel.receivers[central].state as PagerState;
  return { kernel, pager, daemon: pager.daemon as DaemonState };
};

const external = ({ kernel }: World): ExternalPagerState =>
  kernel.receivers.at(-1)?.state as ExternalPagerState;

/** Steps a world to its end, or until `look` says so. */
function steps(world: World, look: () => boolean | undefined): void {
  for (let step = 0; step < 2_000_000; step++) {
    if (!stepKernel(world.kernel) || look() === true) return;
  }
  throw new Error('steps: no end');
}

const drawn = fc.record({
  frames: fc.integer({ min: 64, max: 160 }),
  pages: fc.integer({ min: 60, max: 200 }),
  perPage: fc.constantFrom(0, 100_000, 5_000_000),
  buffers: fc.integer({ min: 1, max: 64 }),
  seed: fc.integer({ min: 1, max: 1000 }),
});

test('[LAST5] nobody but the daemon gets a frame of the reserve, and the daemon leaves some of it', () => {
  let least = Number.POSITIVE_INFINITY;
  fc.assert(
    fc.property(drawn, (draw) => {
      const world = boot(options(draw));
      const { pager, daemon } = parts(world);
      steps(world, () => {
        const { freeSlots } = pager;
        const own = daemon.messageFrames.length;
        // What everybody else holds leaves the reserve whole; a request at 15 is the last granted.
        if (freeSlots + own < 14) throw new Error(`${freeSlots} free and ${own} of the daemon`);
        if (freeSlots < 4) throw new Error(`${freeSlots} free frames`);
        least = Math.min(least, freeSlots);
        return undefined;
      });
    }),
    { seed: 5, numRuns: 12 },
  );
  // It was tried.
  expect(least).toBeLessThan(14);
});

test('[LAST5] [LAST6] the same runs end, nothing is lost and all frames come back', () => {
  fc.assert(
    fc.property(drawn, (draw) => {
      const { oracles, tasks } = runCell(options(draw));
      expect(oracles.flatMap(({ violations }) => violations)).toEqual([]);
      for (const { references, lostFaults } of tasks)
        expect([references, lostFaults]).toEqual([4 * draw.pages, 0]);
    }),
    { seed: 6, numRuns: 12 },
  );
});

const TIGHT = { frames: 96, pages: 120, perPage: 100_000, buffers: 4, seed: 3 };

test('[LAST5] without a reserve they take the last frame, and nobody moves again', () => {
  for (const pageout of [
    { ...DEFENDED, reserves: false },
    { ...DEFENDED, doublePaging: false },
  ]) {
    const { tasks } = runCell({ ...options({ ...TIGHT, perPage: 0 }), pageout });
    expect(Math.max(...tasks.map(({ virtualNs }) => virtualNs ?? 0))).toBeGreaterThan(59e9);
    expect(tasks[0]?.references).toBeLessThan(480);
  }
});

test('[LAST5] a frame is lent to an external pager with 15 free ones, not with 14', () => {
  const world = boot(options(TIGHT));
  const { kernel, pager, daemon } = parts(world);
  const { id } = external(world);
  const code = { policy: null, programs: [], view: null } as never;
  const ask = (op: number, w0: number) => {
    const message = { ...kernel.message, op, from: id, to: pager.id, w0, w1: 0, w2: 7 };
    expect(lendingMessage(kernel, code, pager, daemon, message)).toBe(true);
  };
  const held = () => kernel.state.tasks[id]?.framesHeld;
  pager.freeSlots = 14;
  ask(OP.allocate, 0);
  expect([pager.freeSlots, held()]).toEqual([14, 0]);
  pager.freeSlots = 15;
  ask(OP.allocate, 0);
  expect([pager.freeSlots, held()]).toEqual([14, 1]);
  const slot = pager.slotPage.findIndex((page) => page < -1e9);
  // Only what was lent to it is taken back from it.
  ask(OP.returnFrames, slot + 1);
  expect(held()).toBe(1);
  ask(OP.returnFrames, slot);
  expect([pager.freeSlots, held()]).toEqual([15, 0]);
});

test('[LAST5] it runs from 25 + frames/100 on until 30 + frames/80 are free', () => {
  expect(reservedThresholds(1015, 15)).toEqual({ freeMin: 35, freeTarget: 42 });
  expect(reservedThresholds(64, 15)).toEqual({ freeMin: 25, freeTarget: 30 });
  expect(createDaemon(1, 1, 1, DEFENDED)).toMatchObject({ reserved: 15, internal: 10, really: 5 });
});

test('[LAST6] pages that an external pager sits on go to the default pager, and are read there', () => {
  const world = boot(options(TIGHT));
  const { kernel, pager, daemon } = parts(world);
  // It hears everything and does nothing.
  const stuck = kernel.receivers[external(world).id] as { step: unknown };
  stuck.step = () => {};
  let sentOut = 0;
  let since = 0;
  steps(world, () => {
    const first = pager.transfers.records.findIndex(
      ({ purpose }, number) => purpose !== 0 && daemon.to[number] === EXTERNAL,
    );
    if (first >= 0 && sentOut === 0) {
      sentOut = (pager.transfers.records[first]?.page ?? 0) + 1;
      since = kernel.state.nowNs;
    }
    return undefined;
  });
  const page = sentOut - 1;
  expect(page).toBeGreaterThanOrEqual(0);
  expect(daemon.doubled[page]).toBe(1);
  expect(kernel.state.nowNs - since).toBeGreaterThan(200e6);
  // The writer got to its end through the default pager alone.
  const writer = kernel.state.finished[world.clients[0]];
  expect(writer).toMatchObject({ references: 480, lostFaults: 0 });
  expect(writer?.pageIns).toBeGreaterThan(0);
});

test('[LAST6] an answer for a page that was recalled counts for nothing', () => {
  const world = boot(options(TIGHT));
  const { kernel, pager, daemon } = parts(world);
  const late: number[] = [];
  const { id } = external(world);
  const stuck = kernel.receivers[id] as { step: unknown };
  stuck.step = (_: unknown, __: object, { op, w2 }: { op: number; w2: number }) => {
    if (op === OP.store) late.push(w2);
  };
  steps(world, () => late.length > 0 && daemon.doubled.includes(1));
  const before = hashState({ daemon, words: pager.pageWord });
  const { step, state } = kernel.receivers[world.central];
  const said = { ...kernel.message, op: OP.swapped, from: id, to: pager.id, w1: 0, w2: 1 };
  const [first] = late as [number];
  step(kernel, state, { ...said, w0: first });
  step(kernel, state, { ...said, w0: 255 });
  expect(hashState({ daemon, words: pager.pageWord })).toBe(before);
});

test('[LAST7] ten dirty pages a burst, ten on their way to the default pager, then a pause', () => {
  const world = boot({ ...options(TIGHT), externalPagers: [] });
  expect(parts(world).daemon).toBeNull();
  for (const [pauses, most] of [
    [true, 10],
    [false, 64],
  ] as const) {
    const other = boot({
      ...options({ ...TIGHT, perPage: 20e6 }),
      pageout: { ...DEFENDED, pauses },
    });
    const { pager, daemon } = parts(other);
    let highest = 0;
    let begun = 0;
    let before = 0;
    steps(other, () => {
      highest = Math.max(highest, laundryOf(pager, daemon));
      begun = Math.max(begun, pager.transfers.evictions - before);
      before = pager.transfers.evictions;
      return undefined;
    });
    expect(begun).toBeLessThanOrEqual(most);
    if (pauses) expect(highest).toBeLessThanOrEqual(2 * most);
    else expect(begun).toBeGreaterThan(10);
  }
});

test('[LAST7] the pause grows while pages are on their way, and shrinks when it was long enough', () => {
  const world = boot(options(TIGHT));
  const { kernel, pager, daemon } = parts(world);
  const { step, state } = kernel.receivers[world.central];
  const over = () => {
    daemon.paused = true;
    step(kernel, state, { ...kernel.message, op: 3, from: 0, to: pager.id, w0: 16 });
  };
  for (let pause = 0; pause < 10; pause++) over();
  expect(daemon).toMatchObject({ burstWait: 30, pauses: 10, paused: false });
  over();
  expect(daemon).toMatchObject({ burstWait: 22, pauses: 0 });
  for (let number = 0; number < 6; number++) {
    (pager.transfers.records[number] as { purpose: number }).purpose = 1;
    daemon.to[number] = DEFAULT;
  }
  over();
  expect(daemon).toMatchObject({ burstWait: 23, pauses: 0 });
  // What external pagers have is no laundry.
  daemon.to[0] = EXTERNAL;
  over();
  expect(daemon).toMatchObject({ burstWait: 23, pauses: 1 });
});

test('[LAST8] the default pager has its records from boot, and no frame', () => {
  const world = boot(options(TIGHT));
  const { kernel } = world;
  const state = kernel.receivers[DEFAULT_PAGER].state as DefaultPagerState;
  const { client, tag } = state;
  const memory = kernel.receivers[MEMORY].state as MemoryServerState;
  let busy = 0;
  steps(world, () => {
    busy = Math.max(busy, client.filter((one) => one !== 0).length);
    return undefined;
  });
  expect(busy).toBeGreaterThan(0);
  expect([state.client, state.tag]).toEqual([client, tag]);
  expect([client.length, tag.length]).toEqual([64, 64]);
  expect(memory.clients[DEFAULT_PAGER]?.held ?? 0).toBe(0);
  expect(kernel.state.tasks[DEFAULT_PAGER]?.framesHeld).toBe(0);
});

test('[LAST6] a run cloned in the middle and continued gives the same', () => {
  const world = boot(options(TIGHT));
  const go = (kernel: World['kernel'], count: number) => {
    for (let step = 0; step < count; step++) stepKernel(kernel);
    return hashState([kernel.state, kernel.receivers.map(({ state }) => state)]);
  };
  go(world.kernel, 3000);
  const copy = cloneKernel(world.kernel);
  expect(go(copy, 3000)).toBe(go(world.kernel, 3000));
});
