/** A memory server behind another: what it sells, what it owes, and what goes with it. */

import { expect, test } from 'vitest';
import { OP } from '../../../../contracts/messages.ts';
import { createLevels, levelOf } from '../../../../lab/oracles/levels.ts';
import { findingsOf, sweep } from '../../../../lab/oracles/oracles.ts';
import { boot, type World } from '../../../../lab/run/boot.ts';
import { openMemories } from '../../../../lab/run/boot-memories.ts';
import { runWorld } from '../../../../lab/run/cell.ts';
import type { CellOptions } from '../../../../lab/run/cell-options.ts';
import { collect } from '../../../../lab/run/collect.ts';
import { watch } from '../../../../lab/run/watch.ts';
import { type CapabilityTable, frameAt } from '../../../../nucleus/capabilities.ts';
import { deliverAll } from '../../../../nucleus/ipc.ts';
import { cloneKernel, NUCLEUS, type Receiver } from '../../../../nucleus/kernel.ts';
import { killServer } from '../../../../nucleus/life.ts';
import { createMessage, newest } from '../../../../nucleus/messages.ts';
import { stepKernel } from '../../../../nucleus/scheduler.ts';
import type { TaskState } from '../../../../nucleus/tasks.ts';
import { relocateRun } from '../../../../servers/memory/containers/relocation.ts';
import type { Client, MemoryServerState } from '../../../../servers/memory/state.ts';
import type { UpstreamState } from '../../../../servers/memory/upstream/upstream.ts';
import { checkBuddy } from '../../../../sim-hw/buddy.ts';
import { cell, task, writing } from '../../../support/cells.ts';
import { randomPages } from '../../../support/reference-strings.ts';

const FRAMES = 96;

/** Two that borrow from the deepest, and one that claims its own at the machine's server. */
function claimed(depth: number, more: Partial<CellOptions> = {}): CellOptions {
  const pages = (seed: number, count: number) => writing(randomPages(seed, 6000, count));
  const tasks = [
    task('one', pages(3, 50), 'clock', 16, { extra: 40, initial: 'zero' }),
    task('two', pages(5, 44), 'lru', 20, { extra: 24, initial: 'zero' }),
    task('claimant', pages(7, 60), 'fifo', 40, { start: 4_000_000, level: 1, initial: 'zero' }),
  ];
  const plain = cell(FRAMES, tasks, { clock: 'ns', slice: 50_000 });
  return { ...plain, oracles: true, memoryServers: { depth }, ...more };
}

function open(options: CellOptions) {
  const world = boot(options);
  const events: { kind: string; task: string; at: number }[] = [];
  const oracles = watch({
    ...world,
    options: { ...options, observer: (event) => events.push({ ...event }) },
  });
  openMemories(world.kernel, world.memories);
  return { world, oracles, events };
}

function serverAt(world: World, place: number): MemoryServerState {
  const receiver = world.kernel.receivers[world.memories[place] as number] as Receiver;
  return receiver.state as MemoryServerState;
}

function upstreamAt(world: World, place: number): UpstreamState {
  return serverAt(world, place).upstream as UpstreamState;
}

function stepUntil(world: World, done: () => boolean): void {
  for (let step = 0; step < 100_000 && !done(); step++) stepKernel(world.kernel);
  expect(done()).toBe(true);
}

function framesIn(world: World, id: number): number {
  const table = world.kernel.state.capabilities[id] as CapabilityTable;
  let frames = 0;
  for (let slot = 0; slot < table.slots; slot++) if (frameAt(table, slot) >= 0) frames++;
  return frames;
}

test.each([2, 3])(
  '[STACK7] %i deep: what is guaranteed is there from the start, extras are not',
  (depth) => {
    const { world } = open(claimed(depth));
    for (let place = 0; place + 1 < depth; place++) {
      const { ledger } = serverAt(world, place);
      expect(ledger.frames).toBe(FRAMES - 40);
      expect(ledger.sellable).toBe(FRAMES - 40);
    }
    const { free } = world.kernel.state.frames.buddy;
    expect(free).toBe(40);
  },
);

test('[STACK2] a server sells no more than it is guaranteed, and lends what it borrows', () => {
  const { world, oracles } = open(claimed(3));
  const deepest = serverAt(world, 0);
  const held = () => deepest.ledger.heldSum;
  stepUntil(world, () => held() > deepest.ledger.sellable);
  expect(deepest.ledger.guaranteedSum).toBe(36);
  expect(deepest.ledger.guaranteedSum).toBeLessThanOrEqual(upstreamAt(world, 0).guaranteed);
  runWorld(world);
  expect(oracles && findingsOf(oracles).flatMap(({ violations }) => violations)).toEqual([]);
});

test('[STACK2] a guarantee that will shrink shrinks those sold before, in proportion', () => {
  const { world } = open(claimed(2));
  const deepest = serverAt(world, 0);
  const { id } = upstreamAt(world, 0);
  stepUntil(world, () => deepest.ledger.guaranteedSum === 36);
  const message = { ...createMessage(), op: OP.shrinkIs, from: id, to: deepest.id, w0: 18 };
  const { step } = world.kernel.receivers[deepest.id] as Receiver;
  step(world.kernel, deepest, message);
  const [one, two] = world.clients.map((client) => deepest.clients[client] as Client);
  expect([one?.shrink?.guaranteed, two?.shrink?.guaranteed]).toEqual([8, 10]);
  expect(deepest.ledger.sellable).toBe(18);
  stepUntil(world, () => deepest.ledger.guaranteedSum <= 18);
});

test('[STACK3] extras are called back two servers up, and every deadline is kept', () => {
  const { world, oracles, events } = open(claimed(3));
  runWorld(world);
  if (oracles !== null) sweep(oracles);
  const kinds = (name: string, kind: string) =>
    events.filter((event) => event.task === name && event.kind === kind);
  for (const name of ['memory', 'memory-2']) {
    expect(kinds(name, 'notice').length).toBeGreaterThan(0);
    expect(kinds(name, 'met').length).toBe(kinds(name, 'notice').length);
    expect(kinds(name, 'missed')).toEqual([]);
  }
  expect(kinds('one', 'notice').length + kinds('two', 'notice').length).toBeGreaterThan(0);
  const deadlines = events.flatMap((event) =>
    event.kind === 'notice'
      ? [event as unknown as { at: number; deadline: number; task: string }]
      : [],
  );
  for (const { at, deadline } of deadlines.filter(
    ({ task: name }) => name === 'one' || name === 'two',
  )) {
    const above = deadlines.find(
      (one) => one.task === 'memory' && one.at <= at && one.deadline >= at,
    );
    if (above !== undefined && above.at === at) expect(deadline).toBeLessThan(above.deadline);
  }
  expect(oracles && findingsOf(oracles).flatMap(({ violations }) => violations)).toEqual([]);
  expect(collect(world).tasks.map(({ lostFaults }) => lostFaults)).toEqual([0, 0, 0]);
});

test.each([
  [2, 0],
  [3, 0],
  [3, 1],
])(
  '[STACK4] %i deep, the server in place %i dies: its clients lose all, and are told',
  (depth, place) => {
    const { world, events } = open(claimed(depth));
    const [one, two] = world.clients as [number, number];
    stepUntil(world, () => framesIn(world, one) > 16 && framesIn(world, two) > 16);
    const above = serverAt(world, place + 1);
    const had = framesIn(world, one) + framesIn(world, two);
    const before = events.length;
    killServer(world.kernel, world.memories[place] as number);
    world.kernel.state.account = NUCLEUS;
    // Only what concerns memory: the programs are left where they stand.
    deliverAll(world.kernel);
    expect(framesIn(world, one) + framesIn(world, two)).toBe(0);
    expect(above.clients[world.memories[place] as number]?.held).toBe(0);
    const { buddy } = above.upstream?.pool ?? world.kernel.state.frames;
    expect(buddy.free).toBe(above.ledger.frames);
    expect(checkBuddy(buddy)).toBeUndefined();
    const losses = events.slice(before).filter(({ kind }) => kind === 'loss');
    expect(losses.filter(({ task: name }) => name === 'one' || name === 'two')).toHaveLength(had);
  },
);

test('[STACK4] a server that is deaf to a notice loses extras, and its clients go on', () => {
  const { world, oracles, events } = open(claimed(3));
  stepUntil(world, () => serverAt(world, 0).ledger.heldSum > FRAMES - 40);
  (world.kernel.state.tasks[world.memory] as TaskState).receiving = false;
  runWorld(world);
  if (oracles !== null) sweep(oracles);
  expect(events.some(({ kind, task: name }) => kind === 'missed' && name === 'memory')).toBe(true);
  expect(events.some(({ kind, task: name }) => kind === 'loss' && name === 'one')).toBe(true);
  expect(collect(world).tasks.map(({ references }) => references)).toEqual([6000, 6000, 6000]);
  expect(oracles && findingsOf(oracles).flatMap(({ violations }) => violations)).toEqual([]);
});

test('[STACK5] a container is one server’s: its capability names none of another’s', () => {
  const { world } = open(claimed(2));
  const [deepest, root] = [serverAt(world, 0), serverAt(world, 1)];
  const numbers = (server: MemoryServerState) => server.containers.records.map(({ id }) => id);
  expect(numbers(deepest).some((id) => numbers(root).includes(id))).toBe(false);
  // Both levels swap, through one swap server: each container is locked where it was made.
  const locked = new Set<number>();
  world.kernel.tap = () => {
    const { op, from } = newest(world.kernel.state.queue);
    if (op === OP.locked) locked.add(from);
  };
  runWorld(world);
  expect([...locked].sort()).toEqual([deepest.id, root.id].sort());
});

test('[STACK6] a frame that is lent on is moved by the server that lent it, not above', () => {
  const { world } = open(claimed(2));
  const [one] = world.clients as [number];
  stepUntil(world, () => framesIn(world, one) > 4);
  const [deepest, root] = [serverAt(world, 0), serverAt(world, 1)];
  const table = world.kernel.state.capabilities[one] as CapabilityTable;
  const frame = [...Array(table.slots).keys()]
    .map((slot) => frameAt(table, slot))
    .find((at) => at >= 0);
  const { frames } = world.kernel.state;
  const freeAbove = frames.owner.indexOf(0);
  const freeHere = frames.owner.indexOf(deepest.id);
  expect(relocateRun(world.kernel, root, frame as number, 0, freeAbove)).toBe(false);
  expect(relocateRun(world.kernel, root, freeHere, 0, freeAbove)).toBe(false);
  expect(relocateRun(world.kernel, deepest, frame as number, 0, freeHere)).toBe(true);
});

test('[TIME7] cloned in the middle, three deep, and continued: the same', () => {
  const { world } = open({ ...claimed(3), oracles: false });
  for (let step = 0; step < 900; step++) stepKernel(world.kernel);
  const clone: World = { ...world, kernel: cloneKernel(world.kernel) };
  runWorld(clone);
  runWorld(world);
  expect(collect(clone)).toEqual(collect(world));
});

test('[MEM1] the oracles of each level can fail', () => {
  const { world, oracles } = open(claimed(3));
  stepUntil(world, () => serverAt(world, 0).ledger.heldSum > 20);
  serverAt(world, 1).ledger.frames--;
  if (oracles !== null) sweep(oracles);
  const found = oracles === null ? [] : findingsOf(oracles).flatMap(({ violations }) => violations);
  expect(found.join()).toContain('than there are');
  expect(oracles && levelOf(oracles.levels, world.memory).view.server.place).toBe(1);
  expect(oracles && createLevels(oracles.view)).toHaveLength(3);
});
