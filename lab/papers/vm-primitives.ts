/**
 * Virtual-memory primitives for user programs: what a task pays that protects its own pages and is
 * told of the faults (Appel and Li, ASPLOS 1991; their benchmark program).
 *
 *   trap     a write to a protected page reaches the handler and returns
 *   prot1    prot1 + trap + unprot: the handler protects another page and opens the one that trapped
 *   protn    protN + trap + unprot: 100 pages are protected at once, then all written in random order
 *
 * By the task's own thread, and by a handler in a task of its own (Mach's external one). Then what
 * three algorithms make of it, each against its rival in software:
 *
 *   barrier     stores to a page of the old generation between two collections from which on
 *               protN + trap + unprot a page is cheaper than marking a card at each store
 *   checkpoint  share of the pages that may be written before the copier reaches them, so that the
 *               faults of a concurrent checkpoint take no longer than the copying that it hides
 *   collector   pages of one to-space whose scan, done at a stop, is as long as one trap, scan and
 *               unprot of a page: the pause that trapping is better than
 *
 * Left out: MAP2, caches, and the handler's own look-up.
 */

import { resume } from '../../nucleus/faults.ts';
import { addTask, FAULT, type Kernel } from '../../nucleus/kernel.ts';
import { startTask } from '../../nucleus/life.ts';
import { allowWrite, protect } from '../../nucleus/memory-map.ts';
import type { Message } from '../../nucleus/messages.ts';
import { protectPages } from '../../nucleus/protect-pages.ts';
import { stepKernel } from '../../nucleus/scheduler.ts';
import { SOFT, type TaskState } from '../../nucleus/tasks.ts';
import type { SpaceState } from '../../sim-hw/address-space.ts';
import { assert } from '../../sim-hw/assert.ts';
import { WRITABLE } from '../../sim-hw/page-table/format.ts';
import { createRandom, nextBelow } from '../../sim-hw/random.ts';
import { packRun, type ReferenceString, WRITE } from '../../sim-hw/references.ts';
import { createBareKernel } from '../run/bare-kernel.ts';
import type { Measured } from '../scenario/expectations.ts';
import type { ProbedMachine } from './transfer-desk.ts';

/** Pages that are protected at once, and touched. */
const PAGES = 100;
const CLIENT = 1;
const HANDLER = 2;
/** References that marking a card takes beside the store itself (assumed: shift, base, store, loop). */
const CARD_REFERENCES = 4;
/** References that scanning a page for pointers takes: its 1024 words, 4 each (assumed). */
const SCAN_REFERENCES = 4096;
/** Appel and Li's index of a machine: 3000 over the sum of the three times in microseconds. */
const PUP = 3000;
const SEED = 1;
const STEPS_MAX = 100_000;

type Deed = 'none' | 'trap' | 'prot1' | 'protn';

/** Rows by who handles the fault; a task each for the primitives and for the break-even points. */
export function vmPrimitives(machine: ProbedMachine): Measured {
  const { referencePs, copyNs } = machine.costs;
  const rows = (['own', 'external'] as const).map((handler) => {
    const trap = deedNs(machine, handler, 'trap');
    const prot1 = deedNs(machine, handler, 'prot1');
    const protn = deedNs(machine, handler, 'protn');
    const scan = (SCAN_REFERENCES * referencePs) / 1000;
    const opened = trap + machine.costs.mapNs;
    const tasks = [
      { name: 'primitives', addPs: referencePs, trapNs: trap, prot1Ns: prot1, protnNs: protn },
      { name: 'index', vmPup: PUP / ((trap + prot1 + protn) / 1000) },
      { name: 'barrier', stores: protn / ((CARD_REFERENCES * referencePs) / 1000) },
      { name: 'checkpoint', share: Math.min(1, copyNs / opened), stallNs: opened + copyNs },
      { name: 'collector', pages: 1 + opened / scan, pauseNs: opened + scan },
    ];
    return { management: handler, frames: PAGES, tasks, totals: {} };
  });
  return { rows };
}

/** Nanoseconds a page that a deed adds to a program that writes every page once. */
function deedNs(machine: ProbedMachine, handler: 'own' | 'external', deed: Deed): number {
  const added = passNs(machine, handler, deed) - passNs(machine, handler, 'none');
  // To come back from the trap at all the page must be opened: that is not the trap's.
  return deed === 'trap' ? added / PAGES - machine.costs.mapNs : added / PAGES;
}

function passNs(machine: ProbedMachine, handler: 'own' | 'external', deed: Deed): number {
  const order = drawOrder();
  const program = programOf(order);
  const kernel = createBareKernel({
    ...machine,
    frames: PAGES,
    orderMax: 0,
    clients: 1,
    program,
    slice: 1e12,
    windows: 8,
    messagesMax: 64,
    planted: '',
    pagerApart: handler === 'external',
  });
  const step = (_: Kernel, state: object, message: Message) =>
    handle(kernel, state as { faults: number }, order, deed, message);
  const state = { faults: 0 };
  addTask(kernel, 'client', 0, { step, state });
  if (handler === 'external') addTask(kernel, 'handler', -1, { step, state });
  const pager = handler === 'external' ? HANDLER : CLIENT;
  const client = kernel.state.tasks[CLIENT] as TaskState;
  client.pager = pager;
  mapAll(kernel, program);
  return run(kernel, deed, pager, order, state);
}

function run(
  kernel: Kernel,
  deed: Deed,
  pager: number,
  order: Uint32Array,
  state: { faults: number },
): number {
  // Protected beforehand, at no charge to what is measured but for PROTN.
  if (deed === 'trap') protectPages(kernel, pager, CLIENT, order);
  if (deed === 'prot1') protect(kernel, pager, CLIENT, order[0] as number, false);
  startTask(kernel, CLIENT);
  const from = kernel.state.nowNs;
  if (deed === 'protn') protectPages(kernel, pager, CLIENT, order);
  let steps = 0;
  while (stepKernel(kernel)) assert(++steps < STEPS_MAX, 'vm primitives: the program never ends');
  const faults = deed === 'none' ? 0 : PAGES;
  assert(state.faults === faults, `vm primitives: ${state.faults} faults, expected ${faults}`);
  return kernel.state.nowNs - from;
}

/** The handler: by PROT1 the page that comes next is closed; the one that trapped is opened. */
function handle(
  kernel: Kernel,
  state: { faults: number },
  order: Uint32Array,
  deed: Deed,
  { op, w0: page }: Message,
): void {
  if (op !== FAULT) return;
  const { pager } = kernel.state.tasks[CLIENT] as TaskState;
  state.faults++;
  const next = order[state.faults];
  if (deed === 'prot1' && next !== undefined) protect(kernel, pager, CLIENT, next, false);
  // The last one has no page to close: it closes the first again, so that each costs the same.
  else if (deed === 'prot1') protect(kernel, pager, CLIENT, order[0] as number, false);
  allowWrite(kernel, pager, CLIENT, page);
  resume(kernel, pager, CLIENT, SOFT, false);
}

/** Every page once, in random order. */
function drawOrder(): Uint32Array {
  const order = Uint32Array.from({ length: PAGES }, (_, page) => page);
  const random = createRandom(SEED);
  for (let left = PAGES; left > 1; left--) {
    const drawn = nextBelow(random, left);
    const page = order[drawn] as number;
    order[drawn] = order[left - 1] as number;
    order[left - 1] = page;
  }
  return order;
}

function programOf(order: Uint32Array): ReferenceString {
  return {
    references: PAGES,
    runs: order.map((page) => packRun(page, WRITE, 1)),
    pageNumbers: Float64Array.from({ length: PAGES }, (_, page) => page),
  };
}

function mapAll({ format, state, programs }: Kernel, program: ReferenceString): void {
  const [space] = state.spaces as [SpaceState];
  assert(programs.length === 1, 'vm primitives: one space');
  for (const [page, number] of program.pageNumbers.entries()) {
    format.enter(state.table, space.id, number, page, 0, WRITABLE);
    state.frames.mappedBy[page] = space.base + page + 1;
  }
}
