/**
 * Transfer desk: a kernel with a memory server and two tasks whose messages are spoken by hand, and
 * whose programs touch each page of a buffer once. What buffer-transfer.ts measures on.
 */

import { ALLOCATE_ALL, OP } from '../../contracts/messages.ts';
import { termsSchema } from '../../contracts/terms.ts';
import { charge } from '../../nucleus/clock.ts';
import { deliverAll, send, sendCapability } from '../../nucleus/ipc.ts';
import { addTask, givePort, type Kernel } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import { PROGRAM } from '../../nucleus/tasks.ts';
import { memoryServerStep } from '../../servers/memory/server.ts';
import { createMemoryServerState } from '../../servers/memory/state.ts';
import type { SpaceState } from '../../sim-hw/address-space.ts';
import { assert } from '../../sim-hw/assert.ts';
import type { Costs } from '../../sim-hw/costs/index.ts';
import { PROGRAM_ENDED, runBatch, TIME_UP } from '../../sim-hw/mmu.ts';
import type { PageTableFormat } from '../../sim-hw/page-table/index.ts';
import { packRun, READ, type ReferenceString } from '../../sim-hw/references.ts';
import type { TlbGeometry } from '../../sim-hw/tlb-geometry.ts';
import { createBareKernel } from '../run/bare-kernel.ts';

export interface ProbedMachine {
  readonly costs: Costs;
  readonly format: PageTableFormat;
  readonly tlb: TlbGeometry;
}

const MEMORY = 1;
export const ORIGINATOR = 2;
export const RECEIVER = 3;
/** More pages than a first-level TLB has entries, so that each page is a miss. */
export const SMALL = 128;
export const LARGE = 256;
export const FRAMES = 4 * LARGE;
export const LOCK_NS = 1e9;
/** Ticks of one batch. */
const TICKS = 2 ** 30;

/** What a task has been told: its capabilities, and how often it was refused. */
export interface Hand {
  readonly own: number[];
  readonly weak: number[];
  shared: number;
  refused: number;
}

export interface Desk {
  readonly kernel: Kernel;
  readonly pages: number;
}

/** A buffer of `owner`, there and sealed, handed to `user`. */
export function lend(
  { kernel, pages }: Desk,
  owner: number,
  user: number,
): { own: number; weak: number } {
  say(kernel, owner, OP.openContainer, pages, -1, 0, 0);
  const hand = handOf(kernel, owner);
  const own = hand.own.at(-1) as number;
  say(kernel, owner, OP.allocatePages, own, 0, pages, ALLOCATE_ALL);
  say(kernel, owner, OP.sealContainer, own, 0, 0, 0, LOCK_NS);
  say(kernel, owner, OP.shareContainer, own, 0, 0, 0);
  sendCapability(kernel, owner, 1, OP.store, hand.shared, 0, 0, 0);
  deliverAll(kernel);
  return { own, weak: handOf(kernel, user).weak.at(-1) as number };
}

/** The task's CPU reads or writes a word of each page of the buffer. */
export function touch({ kernel, pages }: Desk, task: number, kind: number): void {
  const { state } = kernel;
  const space = state.spaces[task - ORIGINATOR] as SpaceState;
  space.cursor = 0;
  space.offset = 0;
  state.account = task;
  const program = programOf(pages, kind);
  for (;;) {
    const ended = runBatch(kernel.translation, space, program, TICKS);
    charge(kernel, PROGRAM, Math.round((TICKS - state.mmu.left) / 1000));
    if (ended === PROGRAM_ENDED) return;
    assert(ended === TIME_UP, 'buffer transfer: a page is not mapped');
  }
}

function programOf(pages: number, kind: number): ReferenceString {
  return {
    references: pages,
    runs: Uint32Array.from({ length: pages }, (_, page) => packRun(page, kind, 1)),
    pageNumbers: Float64Array.from({ length: pages }, (_, page) => page),
  };
}

export function createDesk({ costs, format, tlb }: ProbedMachine, pages: number): Desk {
  const kernel = createBareKernel({
    frames: FRAMES,
    orderMax: 0,
    clients: 2,
    program: programOf(pages, READ),
    format,
    costs,
    tlb,
    slice: 1000,
    windows: 8,
    messagesMax: 1024,
    planted: '',
  });
  const terms = termsSchema.parse({ graceExtra: LOCK_NS, graceShrink: LOCK_NS, penalty: 'kill' });
  const server = createMemoryServerState(MEMORY, FRAMES, terms, 8, null);
  addTask(kernel, 'memory', -1, { step: memoryServerStep, state: server });
  for (const [space, name] of ['originator', 'receiver'].entries()) {
    const state: Hand = { own: [], weak: [], shared: -1, refused: 0 };
    addTask(kernel, name, space, { step: hear, state });
  }
  for (const task of [ORIGINATOR, RECEIVER]) {
    givePort(kernel, task, MEMORY);
    givePort(kernel, task, ORIGINATOR + RECEIVER - task);
    say(kernel, task, OP.contract, FRAMES / 2, 0, 0, 0);
  }
  return { kernel, pages };
}

function hear(_kernel: Kernel, state: object, { op, w0, w1, w2 }: Message): void {
  const hand = state as Hand;
  if (op === OP.refused) hand.refused++;
  else if (op === OP.store) hand.weak.push(w0);
  else if (op === OP.containerIs && w2 >= 0) hand.shared = w2;
  else if (op === OP.containerIs) hand.own.push(w1);
}

export function say(
  kernel: Kernel,
  from: number,
  op: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
  time = 0,
): void {
  kernel.state.account = from;
  send(kernel, from, 0, op, w0, w1, w2, w3, time);
  deliverAll(kernel);
}

export function handOf(kernel: Kernel, task: number): Hand {
  return (kernel.receivers[task] as { state: object }).state as Hand;
}

/** Whether the receiver sees at `page` what the originator wrote to its own. */
export function hasArrived({ format, state }: Kernel, page: number): boolean {
  const { table, frames, spaces } = state;
  const index = format.find(table, (spaces[RECEIVER - ORIGINATOR] as SpaceState).id, page);
  const frame = (table.entries[index] as number) >>> 8;
  return frames.stampHigh[frame] === page + 1 && frames.stampLow[frame] === 1;
}
