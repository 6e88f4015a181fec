/**
 * Buffer transfer: what it costs to bring a page that one task has written before the eyes of
 * another, by each way that containers of pages have (after fbufs, Druschel and Peterson 1993).
 *
 *   reuse   the receiver keeps its mappings; the originator's device fills the same buffer again
 *   share   the receiver maps the originator's pages for reading, which takes them over (CONT31)
 *   cow     a logical copy, mapped for reading
 *   copy    a logical copy, mapped by force: its contents are copied at once
 *
 * Counted from when the page stands written to when the receiver has read a word of it, the walk
 * for its TLB included. Two sizes of buffer are taken and their difference told, so what a transfer
 * costs once (messages, locks) falls out, as in the paper's increments. Left out: the buffer's way
 * back, and buffers that both sides have mapped at once, since a frame has one mapping here.
 */

import {
  ALLOCATE_ALL,
  COPY,
  FORCE_WRITE,
  LOCK_PHYSICAL,
  LOCK_WRITES,
  OP,
  READ,
  WRITE,
} from '../../contracts/messages.ts';
import { termsSchema } from '../../contracts/terms.ts';
import { charge } from '../../nucleus/clock.ts';
import { writeListThrough } from '../../nucleus/dma-lists.ts';
import { deliverAll, send, sendCapability } from '../../nucleus/ipc.ts';
import { addTask, givePort, type Kernel } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import { PROGRAM } from '../../nucleus/tasks.ts';
import { memoryServerStep } from '../../servers/memory/server.ts';
import { createMemoryServerState } from '../../servers/memory/state.ts';
import type { SpaceState } from '../../sim-hw/address-space.ts';
import { assert } from '../../sim-hw/assert.ts';
import { stamped } from '../../sim-hw/contents.ts';
import type { Costs } from '../../sim-hw/costs/index.ts';
import { PROGRAM_ENDED, runBatch, TIME_UP } from '../../sim-hw/mmu.ts';
import type { PageTableFormat } from '../../sim-hw/page-table/index.ts';
import {
  packRun,
  READ as READS,
  type ReferenceString,
  WRITE as WRITES,
} from '../../sim-hw/references.ts';
import type { TlbGeometry } from '../../sim-hw/tlb-geometry.ts';
import { createBareKernel } from '../run/bare-kernel.ts';
import type { Measured } from '../scenario/expectations.ts';

export interface ProbedMachine {
  readonly costs: Costs;
  readonly format: PageTableFormat;
  readonly tlb: TlbGeometry;
}

const MEMORY = 1;
const ORIGINATOR = 2;
const RECEIVER = 3;
/** More pages than a first-level TLB has entries, so that each page is a miss. */
const SMALL = 128;
const LARGE = 256;
const FRAMES = 4 * LARGE;
const LOCK_NS = 1e9;
/** Ticks of one batch. */
const TICKS = 2 ** 30;

/** What a task has been told: its capabilities, the window, how often it was refused. */
interface Hand {
  readonly own: number[];
  readonly weak: number[];
  shared: number;
  window: number;
  refused: number;
}

interface Desk {
  readonly kernel: Kernel;
  readonly pages: number;
}

/** Each sets the buffer up, and returns what transfers it. */
const ways: Readonly<Record<string, (desk: Desk) => () => void>> = { reuse, share, cow, copy };

/** By way, as a task of one row: nanoseconds a page. */
export function bufferTransfer(machine: ProbedMachine): Measured {
  const tasks = Object.keys(ways).map((name) => {
    const more = transferNs(machine, name, LARGE) - transferNs(machine, name, SMALL);
    return { name, pageNs: more / (LARGE - SMALL) };
  });
  return { rows: [{ management: 'transfer', frames: FRAMES, tasks, totals: {} }] };
}

function transferNs(machine: ProbedMachine, way: string, pages: number): number {
  const desk = createDesk(machine, pages);
  const { kernel } = desk;
  const pass = (ways[way] as (typeof ways)[string])(desk);
  const before = kernel.state.nowNs;
  pass();
  for (const task of [ORIGINATOR, RECEIVER])
    assert(handOf(kernel, task).refused === 0, `buffer transfer: ${way} was refused`);
  const tookNs = kernel.state.nowNs - before;
  for (let page = 0; page < pages; page++)
    assert(hasArrived(kernel, page), `buffer transfer: ${way} lost a page`);
  return tookNs;
}

/** Whether the receiver sees at `page` what the originator wrote to its own. */
function hasArrived({ format, state }: Kernel, page: number): boolean {
  const { table, frames, spaces } = state;
  const index = format.find(table, (spaces[RECEIVER - ORIGINATOR] as SpaceState).id, page);
  const frame = (table.entries[index] as number) >>> 8;
  return frames.stampHigh[frame] === page + 1 && frames.stampLow[frame] === 1;
}

/** The receiver's buffer, mapped there; the originator is a server whose device fills it. */
function reuse(desk: Desk): () => void {
  const { kernel, pages } = desk;
  const { own, weak } = lend(desk, RECEIVER, ORIGINATOR);
  say(kernel, RECEIVER, OP.mapPages, own, 0, pages, READ);
  return () => {
    say(kernel, ORIGINATOR, OP.lockPages, weak, LOCK_PHYSICAL + LOCK_WRITES, 0, 0, LOCK_NS);
    const { window } = handOf(kernel, ORIGINATOR);
    for (let page = 0; page < pages; page++)
      assert(
        writeListThrough(kernel, ORIGINATOR, window, page, stamped(1, page + 1)),
        'buffer transfer: the device has no window',
      );
    say(kernel, ORIGINATOR, OP.unlockContainer, weak, 0, 0, 0);
    touch(desk, RECEIVER, READS);
  };
}

function share(desk: Desk): () => void {
  const weak = written(desk);
  return () => {
    say(desk.kernel, RECEIVER, OP.mapPages, weak, 0, desk.pages, READ);
    touch(desk, RECEIVER, READS);
  };
}

function cow(desk: Desk): () => void {
  return copied(desk, READ);
}

function copy(desk: Desk): () => void {
  return copied(desk, FORCE_WRITE);
}

function copied(desk: Desk, access: number): () => void {
  const { kernel, pages } = desk;
  const weak = written(desk);
  say(kernel, RECEIVER, OP.openContainer, pages, -1, 0, 0);
  const into = handOf(kernel, RECEIVER).own.at(-1) as number;
  return () => {
    say(kernel, RECEIVER, OP.fromPages, weak, 0, pages, 0);
    say(kernel, RECEIVER, OP.intoPages, into, 0, pages, 0);
    say(kernel, RECEIVER, OP.transferPages, COPY, 0, 0, 0);
    say(kernel, RECEIVER, OP.mapPages, into, 0, pages, access);
    touch(desk, RECEIVER, READS);
  };
}

/** The originator's buffer, written by its CPU; returns the receiver's capability. */
function written(desk: Desk): number {
  const { own, weak } = lend(desk, ORIGINATOR, RECEIVER);
  say(desk.kernel, ORIGINATOR, OP.mapPages, own, 0, desk.pages, WRITE);
  touch(desk, ORIGINATOR, WRITES);
  return weak;
}

/** A buffer of `owner`, there and sealed, handed to `user`. */
function lend({ kernel, pages }: Desk, owner: number, user: number): { own: number; weak: number } {
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
function touch({ kernel, pages }: Desk, task: number, kind: number): void {
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

function createDesk({ costs, format, tlb }: ProbedMachine, pages: number): Desk {
  const kernel = createBareKernel({
    frames: FRAMES,
    orderMax: 0,
    clients: 2,
    program: programOf(pages, READS),
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
    const state: Hand = { own: [], weak: [], shared: -1, window: -1, refused: 0 };
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
  else if (op === OP.locked) hand.window = w1;
  else if (op === OP.store) hand.weak.push(w0);
  else if (op === OP.containerIs && w2 >= 0) hand.shared = w2;
  else if (op === OP.containerIs) hand.own.push(w1);
}

function say(
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

function handOf(kernel: Kernel, task: number): Hand {
  return (kernel.receivers[task] as { state: object }).state as Hand;
}
