import { expect, test } from 'vitest';
import { OP } from '../../contracts/messages.ts';
import { sweep } from '../../lab/oracles/index.ts';
import type { World } from '../../lab/run/boot.ts';
import { watch } from '../../lab/run/watch.ts';
import type { CapabilityTable } from '../../nucleus/capabilities.ts';
import { charge } from '../../nucleus/clock.ts';
import { endWriteEpoch } from '../../nucleus/dma.ts';
import { isHeld, releaseHeld } from '../../nucleus/held-messages.ts';
import { forbidWriting, lend } from '../../nucleus/lent-mappings.ts';
import { killTask } from '../../nucleus/life.ts';
import {
  allowWrite,
  copyRun,
  map,
  pageBits,
  protect,
  unmap,
  wasModified,
  zero,
  zeroRun,
} from '../../nucleus/memory-map.ts';
import { createMessage, dequeue } from '../../nucleus/messages.ts';
import { moveRun } from '../../nucleus/move-frames.ts';
import { type Consistency, processorOf } from '../../nucleus/processors.ts';
import { protectPages } from '../../nucleus/protect-pages.ts';
import { stepKernel } from '../../nucleus/scheduler.ts';
import { MESSAGE, type TaskState } from '../../nucleus/tasks.ts';
import { closeBatch, isTranslated, openBatch } from '../../nucleus/tlb-consistency.ts';
import type { SpaceState } from '../../sim-hw/address-space.ts';
import { UNMAPPED } from '../../sim-hw/frames.ts';
import { inNucleus, PAGES, processorsOf, sideBySide } from '../support/processors.ts';

const ALL_PAGES = Uint32Array.from({ length: PAGES }, (_, page) => page);

function spaceOf({ kernel, clients }: World, place = 0): SpaceState {
  const { space } = kernel.state.tasks[clients[place] as number] as TaskState;
  return kernel.state.spaces[space] as SpaceState;
}

/** Runs of the programs that used, and wrote through, translations that were gone. */
function staleUse({ kernel }: World): { hits: number; writes: number } {
  const { list } = processorsOf(kernel);
  const sum = (what: 'hits' | 'writes') =>
    list.reduce((all, { mmu }) => all + (mmu.stale?.[what] ?? 0), 0);
  return { hits: sum('hits'), writes: sum('writes') };
}

test('[CPU4] interrupt: when protect returns no CPU has the right any more, and the others have answered', () => {
  const world = sideBySide(2, 3, 'interrupt');
  const { kernel, clients, central } = world;
  const processors = processorsOf(kernel);
  const { costs, counts } = processors;
  const client = clients[0] as number;
  const other = processorOf(processors, client);
  const before = { ...counts };
  inNucleus(kernel, () => {
    expect(isTranslated(kernel, spaceOf(world), 2)).toBe(true);
    const { nowNs } = kernel.state;
    const interruptions = other?.interruptions ?? 0;
    expect(protect(kernel, central, client, 2, false)).not.toBe(0);
    expect(isTranslated(kernel, spaceOf(world), 2)).toBe(false);
    expect(isTranslated(kernel, spaceOf(world), 3)).toBe(true);
    const shot = costs.shootdownBaseNs + costs.shootdownCpuNs;
    expect(kernel.state.nowNs - nowNs).toBe(kernel.costs.mapNs + shot);
    expect(other?.interruptions).toBe(interruptions + 1);
    // Who is interrupted comes up to the moment, and loses the time it takes to answer.
    expect(other?.nowNs).toBeGreaterThanOrEqual(nowNs + kernel.costs.mapNs + costs.respondNs);
  });
  expect(counts.shootdowns - before.shootdowns).toBe(1);
  expect(counts.interrupted - before.interrupted).toBe(1);
  const { faults } = kernel.state.tasks[client] as TaskState;
  for (let step = 0; step < 400; step++) stepKernel(kernel);
  expect((kernel.state.tasks[client] as TaskState).faults).toBeGreaterThan(faults);
  expect(staleUse(world)).toEqual({ hits: 0, writes: 0 });
});

test.each([1, 3, 7, 15])(
  '[CPU7] one round for a batch: its cost is straight in the CPUs it interrupts (%i)',
  (tasks) => {
    const world = sideBySide(tasks, tasks + 1, 'interrupt');
    const { kernel, clients, central } = world;
    const processors = processorsOf(kernel);
    const { costs, counts } = processors;
    const before = { ...counts };
    inNucleus(kernel, () => {
      openBatch(kernel);
      for (const client of clients) protect(kernel, central, client, 1, false);
      closeBatch(kernel);
    });
    expect(counts.shootdowns - before.shootdowns).toBe(1);
    expect(counts.interrupted - before.interrupted).toBe(tasks);
    const ns = costs.shootdownBaseNs + tasks * costs.shootdownCpuNs;
    expect(counts.initiatorNs - before.initiatorNs).toBe(ns);
  },
);

test('[CPU7] PROTN of N pages is one shootdown, UNPROT is none', () => {
  const world = sideBySide(1, 2, 'interrupt');
  const { kernel, clients, central } = world;
  const { counts } = processorsOf(kernel);
  const client = clients[0] as number;
  const before = { ...counts };
  inNucleus(kernel, () => {
    expect(protectPages(kernel, central, client, ALL_PAGES)).toBe(PAGES);
    expect(counts.shootdowns - before.shootdowns).toBe(1);
    expect(counts.units - before.units).toBe(PAGES);
    for (const page of ALL_PAGES) expect(allowWrite(kernel, central, client, page)).toBe(true);
  });
  expect(counts.shootdowns - before.shootdowns).toBe(1);
  expect(counts.rises - before.rises).toBe(PAGES);
});

test('[CPU8] whoever does not run the space is not interrupted, and drops all of it on return', () => {
  const world = sideBySide(2, 6, 'interrupt');
  const { kernel, clients, central } = world;
  const processors = processorsOf(kernel);
  const { counts, generations } = processors;
  const [client, other] = clients as [number, number];
  inNucleus(kernel, () => {
    const before = { ...counts };
    const runs = processorOf(processors, client);
    protect(kernel, central, client, 0, false);
    expect(counts.interrupted - before.interrupted).toBe(1);
    // The other task's CPU goes on as if nothing had happened.
    expect(processorOf(processors, other)?.interruptions).toBe(0);
    const { space } = kernel.state.tasks[client] as TaskState;
    for (const cpu of processors.list)
      if (cpu.id !== runs?.id && cpu.id !== processors.acting)
        expect(cpu.generations[space]).not.toBe(generations[space]);
    killTask(kernel, other);
    unmap(kernel, central, client, 1);
    expect(counts.interrupted - before.interrupted).toBe(2);
  });
});

/** Lowers the rights to page 0 of the first task; how long it writes to it all the same. */
function writesAfterProtect(consistency: Consistency): { bound: number; last: number; n: number } {
  const world = sideBySide(1, 2, consistency);
  const { kernel, clients, central } = world;
  const { costs } = processorsOf(kernel);
  let returned = 0;
  inNucleus(kernel, () => {
    protect(kernel, central, clients[0] as number, 0, false);
    returned = kernel.state.nowNs;
  });
  const bound = (Math.floor(returned / costs.tickNs) + 1) * costs.tickNs;
  let n = 0;
  let last = 0;
  for (let step = 0; step < 40_000 && processorsOf(kernel).freeNs < 2 * bound; step++) {
    stepKernel(kernel);
    const { writes } = staleUse(world);
    if (writes > n) last = Math.max(...processorsOf(kernel).list.map(({ nowNs }) => nowNs));
    n = writes;
  }
  return { bound, last, n };
}

test('[CPU4] interrupt: never', () => {
  expect(writesAfterProtect('interrupt').n).toBe(0);
});

test.each(['tick', 'tolerate'] as const)(
  '[CPU5] [CPU6] %s: until the next tick, no later',
  (mode) => {
    const { n, last, bound } = writesAfterProtect(mode);
    expect(n).toBeGreaterThan(10);
    // A batch may end a walk or so later than it was to.
    expect(last).toBeLessThan(bound + 1000);
  },
);

test('[CPU5] tick: whoever gets the frame of a running task waits for the tick', () => {
  const world = sideBySide(2, 3, 'tick');
  const { kernel, clients, central } = world;
  const processors = processorsOf(kernel);
  const client = clients[0] as number;
  let since = 0;
  inNucleus(kernel, () => {
    since = kernel.state.nowNs;
    const frame = unmap(kernel, central, client, 3) >>> 8;
    const { tickNs } = processors.costs;
    const tick = (Math.floor(kernel.state.nowNs / tickNs) + 1) * tickNs;
    expect(processors.frameQuietNs[frame]).toBe(tick);
    expect(processors.counts.shootdowns).toBe(0);
  });
  expect(since).toBeGreaterThan(0);
});

/** Page 0 of a running writer is unmapped, `fill` done to its frame; what that holds after the tick. */
function afterTheTick(fill: (kernel: World['kernel'], central: number, frame: number) => void) {
  const world = sideBySide(1, 2, 'tick');
  const { kernel, clients, central } = world;
  const processors = processorsOf(kernel);
  const { frames } = kernel.state;
  let frame = 0;
  inNucleus(kernel, () => {
    frame = unmap(kernel, central, clients[0] as number, 0) >>> 8;
    fill(kernel, central, frame);
  });
  const quiet = processors.frameQuietNs[frame] as number;
  for (let left = 40_000; left > 0 && processors.freeNs < quiet; left--) stepKernel(kernel);
  const { writes } = staleUse(world);
  return { writes, stamp: [frames.stampHigh[frame], frames.stampLow[frame]], world };
}

test('[CPU5] tick: its former user writes to a frame until the tick, and what it is filled with comes after', () => {
  const left = afterTheTick(() => {});
  const writer = spaceOf(left.world);
  expect(left.writes).toBeGreaterThan(10);
  expect(left.stamp).toEqual([writer.base + 1, writer.versions[0]]);
  const zeroed = afterTheTick((kernel, central, frame) => {
    const slot = (kernel.state.capabilities[central] as CapabilityTable).slotFrame.indexOf(frame);
    expect(zero(kernel, central, slot)).toBe(true);
  });
  expect(zeroed.writes).toBeGreaterThan(10);
  expect(zeroed.stamp).toEqual([0, 0]);
  const copied = afterTheTick((kernel, _, frame) => {
    const { base } = spaceOf(left.world);
    copyRun(kernel, kernel.state.frames.mappedBy.indexOf(base + 2), frame, 0);
  });
  expect(copied.writes).toBeGreaterThan(10);
  expect(copied.stamp[0]).toBe(writer.base + 2);
});

test('[CPU5] tick: a frame that is filled while its page is in it still holds what is written there', () => {
  const world = sideBySide(1, 2, 'tick');
  const { kernel, clients, central } = world;
  const space = spaceOf(world);
  const frame = kernel.state.frames.mappedBy.indexOf(space.base + 1);
  inNucleus(kernel, () => {
    protect(kernel, central, clients[0] as number, 0, false);
    zeroRun(kernel, frame, 0);
  });
  const before = space.versions[0] as number;
  for (let left = 400; left > 0 && space.versions[0] === before; left--) stepKernel(kernel);
  expect(space.versions[0]).toBeGreaterThan(before);
  expect(kernel.state.frames.stampLow[frame]).toBe(space.versions[0]);
});

test('[CPU5] tick: who gets several frames waits for the last of them', () => {
  const world = sideBySide(2, 3, 'tick');
  const { kernel, clients, central } = world;
  const { usableNs, frameQuietNs } = processorsOf(kernel);
  const [client, other] = clients as [number, number];
  const table = kernel.state.capabilities[central] as CapabilityTable;
  inNucleus(kernel, () => {
    killTask(kernel, other);
    const free = kernel.state.frames.mappedBy.findIndex(
      (key, frame) => key === UNMAPPED && table.slotFrame.includes(frame),
    );
    const frame = unmap(kernel, central, client, 3) >>> 8;
    unmap(kernel, central, client, 4);
    expect(frameQuietNs[frame]).toBeGreaterThan(kernel.state.nowNs);
    expect(frameQuietNs[free]).toBeLessThan(kernel.state.nowNs);
    expect(map(kernel, central, client, 3, table.slotFrame.indexOf(frame), true)).toBe(true);
    expect(map(kernel, central, client, 4, table.slotFrame.indexOf(free), true)).toBe(true);
    expect(usableNs[client]).toBe(frameQuietNs[frame]);
  });
});

test('[CPU5] tick: what a server sends after the tick does not overtake what still waits from before it', () => {
  const { kernel, central, clients } = sideBySide(1, 2, 'tick');
  const processors = processorsOf(kernel);
  const { state } = kernel;
  const waits = (from: number, w0: number) =>
    isHeld(kernel, processors, Object.assign(createMessage(), { op: OP.loss, from, w0 }));
  inNucleus(kernel, () => {
    expect(state.queue.count).toBe(0);
    processors.quietNs[central] = state.nowNs + 10;
    expect(waits(central, 1)).toBe(true);
    charge(kernel, MESSAGE, 20);
    expect(waits(central, 2)).toBe(true);
    expect(waits(clients[0] as number, 3)).toBe(false);
    releaseHeld(kernel);
    expect(processors.held).toEqual([]);
    expect([dequeue(state.queue).w0, dequeue(state.queue).w0]).toEqual([1, 2]);
    processors.passing = 0;
    expect(waits(central, 4)).toBe(false);
  });
});

test('[CPU6] tolerate: a page that leaves its frame is shot down all the same', () => {
  const world = sideBySide(1, 2, 'tolerate');
  const { kernel, clients, central } = world;
  const { counts } = processorsOf(kernel);
  const before = { ...counts };
  inNucleus(kernel, () => {
    protect(kernel, central, clients[0] as number, 0, false);
    expect(counts.shootdowns).toBe(before.shootdowns);
    unmap(kernel, central, clients[0] as number, 0);
    expect(counts.shootdowns).toBe(before.shootdowns + 1);
  });
  for (const { mmu } of processorsOf(kernel).list) expect(mmu.stale?.keys).toEqual([]);
});

test('[CPU6] tolerate: what is written after the right was lowered is there, counted, and makes the page dirty', () => {
  const world = sideBySide(1, 2, 'tolerate');
  const { kernel, clients, central } = world;
  const { frames } = kernel.state;
  const space = spaceOf(world);
  const client = clients[0] as number;
  const frame = frames.mappedBy.indexOf(space.base + 1);
  inNucleus(kernel, () => {
    expect(wasModified(protect(kernel, central, client, 0, false))).toBe(true);
    expect(wasModified(pageBits(kernel, central, client, 0))).toBe(false);
  });
  const before = space.versions[0] as number;
  for (let left = 400; left > 0 && staleUse(world).writes < 3; left--) stepKernel(kernel);
  expect(staleUse(world).writes).toBeGreaterThanOrEqual(3);
  expect(space.versions[0]).toBeGreaterThan(before);
  expect([frames.stampHigh[frame], frames.stampLow[frame]]).toEqual([
    space.base + 1,
    space.versions[0],
  ]);
  inNucleus(kernel, () => {
    expect(wasModified(pageBits(kernel, central, client, 0))).toBe(true);
  });
});

/** Page 0 of a running task is lent to it for writing; `lower` takes the right away. */
function writesToLent(
  consistency: Consistency,
  lower: (kernel: World['kernel'], task: number, frame: number) => void,
): { writes: number; shot: number } {
  const world = sideBySide(1, 2, consistency);
  const { kernel, clients, central } = world;
  const { counts } = processorsOf(kernel);
  const client = clients[0] as number;
  const task = kernel.state.tasks[client] as TaskState;
  inNucleus(kernel, () => {
    const frame = unmap(kernel, central, client, 0) >>> 8;
    task.pager = client;
    lend(kernel, client, 0, frame, { word: 1, writable: true, alone: true });
  });
  const { written, base } = spaceOf(world);
  for (let left = 10; left > 0 && written[0] === 0; left--) stepKernel(kernel);
  const frame = kernel.state.frames.mappedBy.indexOf(base + 1);
  const before = counts.shootdowns;
  expect(isTranslated(kernel, spaceOf(world), 0)).toBe(true);
  inNucleus(kernel, () => lower(kernel, client, frame));
  const shot = counts.shootdowns - before;
  const { faults } = task;
  for (let step = 0; step < 400 && task.faults === faults; step++) stepKernel(kernel);
  return { writes: staleUse(world).writes, shot };
}

test.each([
  ['its pager itself', (kernel, task) => protect(kernel, task, task, 0, false)],
  ['its pager, many pages', (kernel, task) => protectPages(kernel, task, task, ALL_PAGES)],
  ['the lender', (kernel, _, frame) => forbidWriting(kernel, frame)],
] satisfies [string, Parameters<typeof writesToLent>[1]][])(
  '[CPU6] [CONT22] tolerate: nobody writes to a lent page once its right has been lowered by %s',
  (_, lower) => {
    expect(writesToLent('tolerate', lower)).toEqual({ writes: 0, shot: 1 });
    expect(writesToLent('tick', lower).writes).toBeGreaterThan(0);
  },
);

test('[CPU4] a frame that is moved takes along what another CPU has written up to that moment', () => {
  const world = sideBySide(1, 2, 'interrupt');
  const { kernel } = world;
  const { frames } = kernel.state;
  const space = spaceOf(world);
  const frame = frames.mappedBy.indexOf(space.base + 3);
  const into = frames.mappedBy.indexOf(UNMAPPED);
  inNucleus(kernel, () => {
    charge(kernel, MESSAGE, 5000);
    // From here on the next write is a new version of the page.
    endWriteEpoch(kernel, frame);
    const before = space.versions[2] as number;
    charge(kernel, MESSAGE, 5000);
    moveRun(kernel, frame, 0, into);
    expect(space.versions[2]).toBe(before + 1);
    expect(frames.stampLow[into]).toBe(before + 1);
    expect(isTranslated(kernel, space, 2)).toBe(false);
  });
});

test('[CPU4] the oracle sees a shootdown that is left out', () => {
  for (const planted of ['', 'no-shootdown']) {
    const world = sideBySide(1, 2, 'interrupt');
    const { kernel, clients, central } = world;
    const watched = { ...world, options: { ...world.options, oracles: true } };
    const oracles = watch(watched);
    (kernel.state as { planted: string }).planted = planted;
    inNucleus(kernel, () => protect(kernel, central, clients[0] as number, 0, false));
    for (let step = 0; step < 400; step++) stepKernel(kernel);
    if (oracles === null) throw new Error('no oracles');
    sweep(oracles);
    const { violations } = oracles.tlbs.findings;
    if (planted === '') expect(violations).toEqual([]);
    else expect(violations[0]).toContain('CPU4');
  }
});
