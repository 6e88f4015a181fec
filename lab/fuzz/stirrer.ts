/**
 * Stirrers: tasks of the fuzz alone, that do whatever the protocol lets them and whatever it does
 * not. Each has a contract, an address space and a tape (tape.ts); at times of its own it sends a
 * few messages to the memory server, hands capabilities to other stirrers, to the swap server and
 * to the policy server, works through DMA windows that it was opened, and maps and unmaps. Some
 * answer notices, some now and then, some never. Its program touches pages that only a container
 * can have lent it.
 *
 * What a stirrer finds done that must not be done it writes down (`wrong`).
 */

import { ALLOCATE_EXTRA, COPY, LOCK_WRITES, OP } from '../../contracts/messages.ts';
import type { PolicyTable } from '../../contracts/policy-table.ts';
import { graceLeast } from '../../contracts/terms.ts';
import {
  type CapabilityTable,
  CONTAINER,
  CONTROL,
  frameAt,
  IN_CONTAINER,
  NOTHING,
  PAGES,
  POLICY_CONTROL,
  PORT,
  WEAK_CONTAINER,
  WEAK_PAGES,
} from '../../nucleus/capabilities.ts';
import { termNow, timerAt } from '../../nucleus/clock.ts';
import { readThrough, windowSerial, writeThrough } from '../../nucleus/dma.ts';
import { listSerial, readListThrough, writeListThrough } from '../../nucleus/dma-lists.ts';
import { send, sendCapability } from '../../nucleus/ipc.ts';
import { FAULT, type Kernel, NUCLEUS, TIMER } from '../../nucleus/kernel.ts';
import { resume, START } from '../../nucleus/life.ts';
import { allowWrite, map, protect, unmap, zero } from '../../nucleus/memory-map.ts';
import type { Message } from '../../nucleus/messages.ts';
import { isOver, NOT_STARTED, SOFT, type TaskState } from '../../nucleus/tasks.ts';
import { LOCKED, type PageContainer } from '../../servers/memory/containers/page-state.ts';
import type { MemoryServerState } from '../../servers/memory/state.ts';
import { nextBelow, type RandomState } from '../../sim-hw/random.ts';
import { between, chance, oneOf, small } from './chance.ts';
import { drawFields, drawMessage, type Sender } from './tape.ts';

/** How a stirrer behaves; drawn (stirred.ts). */
export interface StirrerWish {
  /** Notices of a hundred that it answers at once. */
  readonly answers: number;
  /** Messages and fields of a hundred that are nonsense. */
  readonly wild: number;
  /** Longest time between two rounds, on the clock of terms. */
  readonly pause: number;
  readonly guaranteed: number;
  readonly extra: number;
  readonly term: number;
  /** It begins without a contract, for others to take it in. */
  readonly landless: boolean;
}

/** Plain data, but for what it looks on at. */
export interface StirrerState {
  readonly id: number;
  readonly wish: StirrerWish;
  readonly random: RandomState;
  /** Port slots: other stirrers, and policy servers. */
  readonly partners: number[];
  readonly policyPorts: number[];
  readonly table: PolicyTable | null;
  readonly span: number;
  readonly fair: number;
  /** The program stands at this page, or -1. */
  faultPage: number;
  /** Windows that it was opened, and which opening it was. */
  readonly windows: { window: number; serial: number }[];
  /** Not its own: pagers have one, and calm weather sets it. */
  lockMax: number;
  /** What was done and must not be. */
  wrong: string | null;
  /** Pages that it has moved through windows; rounds. */
  moved: number;
  rounds: number;
}

const MEMORY_PORT = 0;
const SWAP_PORT = 1;
const ROUND = 1;
const LATE = 2;
/** Windows remembered, and capabilities above which some are thrown away. */
const WINDOWS = 6;
const CROWDED = 44;

/** Receiver step of a stirrer. */
export function stirrerStep(kernel: Kernel, state: object, message: Message): void {
  const stirrer = state as StirrerState;
  const { op, from, w0, w1, w2, cameAlong } = message;
  // What is handed to it before it starts lies there until then.
  if ((kernel.state.tasks[stirrer.id] as TaskState).status === NOT_STARTED) return;
  if (op === FAULT) stirrer.faultPage = w0;
  else if (from === NUCLEUS && op === START) begin(kernel, stirrer);
  else if (from === NUCLEUS && op === TIMER)
    if (w0 === ROUND) round(kernel, stirrer);
    else giveBack(kernel, stirrer, w0 >>> 4);
  else if (cameAlong) received(kernel, stirrer, w0);
  else if (op === OP.notice) noticed(kernel, stirrer, w0);
  else if (op === OP.locked) remember(kernel, stirrer, w1);
  else if (op === OP.containerIs && w2 < 0) fill(kernel, stirrer, w1);
  else if (op === OP.containerIs && chance(stirrer.random, 75)) handOver(kernel, stirrer, w2);
  else if (op === OP.controlIs && chance(stirrer.random, 35)) handOver(kernel, stirrer, w1);
}

function begin(kernel: Kernel, { id, wish, random }: StirrerState): void {
  const { guaranteed, extra, term, landless } = wish;
  if (!landless) send(kernel, id, MEMORY_PORT, OP.contract, guaranteed, extra, 1, 0, term);
  timerAt(kernel, termNow(kernel) + between(random, 1, wish.pause), id, ROUND);
}

/** A new container of pages: as often as not, what makes it useful at once. */
function fill(kernel: Kernel, stirrer: StirrerState, container: number): void {
  const { id, random, span } = stirrer;
  if (chance(random, 40) || tableOf(kernel, stirrer).kind[container] !== PAGES) return;
  const { grace } = senderOf(kernel, stirrer);
  const tell = (op: number, w1: number, w2: number, w3: number, time = 0) =>
    send(kernel, id, MEMORY_PORT, op, container, w1, w2, w3, time);
  tell(OP.allocatePages, 0, between(random, 1, 4), ALLOCATE_EXTRA);
  tell(OP.sealContainer, 1, 0, 0, chance(random, 60) ? grace : between(random, 1, span));
  tell(OP.shareContainer, 1, 0, 0);
}

/** A capability has come: it is put to use, as often as not. */
function received(kernel: Kernel, stirrer: StirrerState, slot: number): void {
  const { id, random } = stirrer;
  const kind = tableOf(kernel, stirrer).kind[slot];
  if (chance(random, 25)) return;
  if (kind === WEAK_PAGES && chance(random, 40)) return takeCopy(kernel, stirrer, slot);
  const name =
    kind === CONTROL
      ? ('useControl' as const)
      : kind === WEAK_CONTAINER
        ? ('lockContainer' as const)
        : oneOf(random, ['lockPages', 'mapPage'] as const);
  const { op, w1, w2, w3, time } = drawFields(senderOf(kernel, stirrer), name);
  send(kernel, id, MEMORY_PORT, op, slot, w1, w2, w3, time);
}

/** Of pages that another has shared: into a container of its own. */
function takeCopy(kernel: Kernel, stirrer: StirrerState, weak: number): void {
  const { id, random } = stirrer;
  const own = pick(kernel, stirrer, [PAGES]);
  const count = between(random, 1, 2);
  const tell = (op: number, w0: number, w1: number, w2: number) =>
    send(kernel, id, MEMORY_PORT, op, w0, w1, w2, 0, 0);
  if (own < 0) return void tell(OP.openContainer, 4, -1, 1);
  tell(OP.fromPages, 0, 0, 0);
  tell(OP.fromPages, weak, 0, count);
  tell(OP.intoPages, own, small(random, 0, 3), count);
  tell(OP.transferPages, COPY, 1, 0);
}

function tableOf(kernel: Kernel, { id }: StirrerState): CapabilityTable {
  return kernel.state.capabilities[id];
}

function senderOf(kernel: Kernel, stirrer: StirrerState): Sender {
  const { state, receivers } = kernel;
  const { random, faultPage, fair, span, wish } = stirrer;
  const task = state.tasks[stirrer.id] as TaskState;
  const { terms } = receivers[1].state as MemoryServerState;
  return {
    random,
    table: tableOf(kernel, stirrer),
    pages: state.spaces[task.space].pages,
    faultPage,
    tasks: state.tasks.length,
    fair,
    span,
    grace: graceLeast(terms),
    wild: wish.wild,
  };
}

/** A few messages, and the program may try again. */
function round(kernel: Kernel, stirrer: StirrerState): void {
  const { id, random, wish } = stirrer;
  const sender = senderOf(kernel, stirrer);
  stirrer.rounds++;
  for (let left = between(random, 1, 4); left > 0; left--) act(kernel, stirrer, sender);
  const task = kernel.state.tasks[id] as TaskState;
  if (!task.receiving) task.receiving = true;
  else if (chance(random, 2)) task.receiving = false;
  if (tableOf(kernel, stirrer).objects > CROWDED) throwAway(kernel, stirrer);
  if (stirrer.faultPage >= 0) {
    stirrer.faultPage = -1;
    resume(kernel, id, id, SOFT, false);
  }
  // The dead send once more, and then no more.
  if (isOver(task)) return;
  timerAt(kernel, termNow(kernel) + between(random, 1, wish.pause), id, ROUND);
}

function act(kernel: Kernel, stirrer: StirrerState, sender: Sender): void {
  const { id, random } = stirrer;
  const what = nextBelow(random, 100);
  if (what < 76) say(kernel, stirrer, sender);
  else if (what < 84) {
    const slot = pick(kernel, stirrer, [WEAK_CONTAINER, WEAK_PAGES, CONTROL, WEAK_PAGES]);
    if (slot >= 0) handOver(kernel, stirrer, slot);
  } else if (what < 90) work(kernel, stirrer);
  else if (what < 95) touchMappings(kernel, stirrer, sender);
  else if (what < 97) store(kernel, stirrer, sender);
  else if (what < 99) talkToPolicy(kernel, stirrer, sender);
  else if (stirrer.partners.length > 0 && chance(random, 40))
    send(kernel, id, oneOf(random, stirrer.partners), OP.askControl, 1, 0, 0, 0, 0);
  else {
    const { op, w0, w1, w2, w3, time } = drawMessage(sender);
    if (op !== OP.discard) send(kernel, id, SWAP_PORT, op, w0, w1, w2, w3, time);
  }
}

/** A message to the memory server; lists of pages come in pairs more often than not. */
function say(kernel: Kernel, { id, random, wish }: StirrerState, sender: Sender): void {
  let words = drawMessage(sender);
  if (wish.landless && words.op === OP.contract) words = drawFields(sender, 'useControl');
  const tell = ({ op, w0, w1, w2, w3, time }: typeof words) =>
    send(kernel, id, MEMORY_PORT, op, w0, w1, w2, w3, time);
  if (words.op !== OP.transferPages || chance(random, 30)) return void tell(words);
  const count = between(random, 1, 3);
  tell({ ...drawFields(sender, 'fromPages'), w1: small(random, 0, 5), w2: 0 });
  tell({ ...drawFields(sender, 'fromPages'), w1: small(random, 0, 5), w2: count });
  tell({ ...drawFields(sender, 'intoPages'), w1: small(random, 0, 5), w2: count });
  tell(words);
}

/** A capability goes to another stirrer; a weak one of one run, now and then, to swap. */
function handOver(kernel: Kernel, stirrer: StirrerState, slot: number): void {
  const { id, random, partners } = stirrer;
  const { kind } = tableOf(kernel, stirrer);
  if (kind[slot] === NOTHING || kind[slot] === PORT) return;
  const [op, port] =
    partners.length === 0 || (kind[slot] === WEAK_CONTAINER && chance(random, 40))
      ? [oneOf(random, [OP.store, OP.fetch, OP.exchange]), SWAP_PORT]
      : [OP.store, oneOf(random, partners)];
  const kept = keptBlocks(kernel, stirrer);
  sendCapability(kernel, id, port, op, slot, nextBelow(random, kept), nextBelow(random, kept), 1);
}

/** What fills its table goes where it is dropped: nonsense, with a capability, to swap. */
function throwAway(kernel: Kernel, stirrer: StirrerState): void {
  const kinds = [WEAK_CONTAINER, WEAK_PAGES, CONTROL, CONTAINER, PAGES];
  for (let left = 8; left > 0; left--) {
    const slot = pick(kernel, stirrer, kinds);
    if (slot >= 0) sendCapability(kernel, stirrer.id, SWAP_PORT, OP.discard, slot, 0, 0, 0);
  }
}

function pick(kernel: Kernel, stirrer: StirrerState, kinds: readonly number[]): number {
  const { kind } = tableOf(kernel, stirrer);
  const first = nextBelow(stirrer.random, kind.length);
  for (let i = 0; i < kind.length; i++) {
    const slot = (first + i) % kind.length;
    if (kinds.includes(kind[slot])) return slot;
  }
  return -1;
}

function noticed(kernel: Kernel, stirrer: StirrerState, count: number): void {
  const { id, random, wish } = stirrer;
  if (chance(random, wish.answers))
    giveBack(kernel, stirrer, chance(random, 25) ? (count + 1) >> 1 : count);
  else if (chance(random, 50))
    timerAt(kernel, termNow(kernel) + between(random, 1, wish.pause), id, LATE + 16 * count);
}

/** Runs go back, softly or not; then what is in containers. */
function giveBack(kernel: Kernel, stirrer: StirrerState, count: number): void {
  const { id, random } = stirrer;
  const table = tableOf(kernel, stirrer);
  let left = count;
  for (let slot = table.slots - 1; slot >= 0 && left > 0; slot--) {
    if (frameAt(table, slot) < 0 || (table.slotOrder[slot] & IN_CONTAINER) !== 0) continue;
    const op = chance(random, 30) ? OP.releaseSoft : OP.returnFrames;
    send(kernel, id, MEMORY_PORT, op, slot, 0, 0, 0, 0);
    left--;
  }
  for (let slot = 0; slot < table.kind.length && left > 0; slot++) {
    if (table.kind[slot] !== PAGES) continue;
    send(kernel, id, MEMORY_PORT, OP.deallocatePages, slot, 0, 4, 0, 0);
    left -= 4;
  }
}

function remember(kernel: Kernel, stirrer: StirrerState, window: number): void {
  const { windows } = stirrer;
  const isList = window >= kernel.state.windowFrame.length;
  const serial = isList ? listSerial(kernel, window) : windowSerial(kernel, window);
  windows.push({ window, serial });
  if (windows.length > WINDOWS) windows.shift();
  if (chance(stirrer.random, 40)) work(kernel, stirrer);
}

/** Its device moves a page through a window, one that has closed since perhaps. */
function work(kernel: Kernel, stirrer: StirrerState): void {
  const { id, random, windows } = stirrer;
  if (windows.length === 0) return;
  const { window, serial } = oneOf(random, windows);
  const { space } = kernel.state.tasks[id] as TaskState;
  const { base, pages } = kernel.state.spaces[space];
  const stamp = { low: nextBelow(random, 1000), high: base + nextBelow(random, pages) + 1 };
  const writes = chance(random, 60);
  const thin = kernel.state.windowFrame.length;
  if (window < thin) {
    const through = writes ? writeThrough : readThrough;
    if (through(kernel, id, window, stamp, serial)) stirrer.moved++;
    return;
  }
  const index = small(random, 0, 7);
  const through = writes ? writeListThrough : readListThrough;
  if (!through(kernel, id, window, index, stamp, serial)) return;
  stirrer.moved++;
  const server = kernel.receivers[1].state as MemoryServerState;
  const { status, holder, how, lockedUntil } = server.pages.containers[
    window - thin
  ] as PageContainer;
  const isLocked = status === LOCKED && holder === id && lockedUntil >= kernel.state.timers.time;
  if (!isLocked || (writes && (how & LOCK_WRITES) === 0))
    stirrer.wrong = `[CONT23] task ${id} moves data through window ${window}, which no lock has open`;
}

/** Its own address space: what it may do, and what it may not. */
function touchMappings(kernel: Kernel, stirrer: StirrerState, sender: Sender): void {
  const { id, random } = stirrer;
  const page = nextBelow(random, sender.pages + 1);
  const slot = nextBelow(random, sender.table.slots + 1);
  const target = chance(random, 80) ? id : nextBelow(random, sender.tasks);
  switch (nextBelow(random, 6)) {
    case 0:
    case 1:
      return void map(kernel, id, target, page, slot, chance(random, 50));
    case 2:
      return void unmap(kernel, id, target, page);
    case 3:
      return void protect(kernel, id, target, page, chance(random, 50));
    case 4:
      return void allowWrite(kernel, id, target, page);
    default:
      return void zero(kernel, id, slot);
  }
}

/** To the swap server: a page of its own, there or back. */
function store(kernel: Kernel, stirrer: StirrerState, sender: Sender): void {
  const { id, random } = stirrer;
  const slot = pick(kernel, stirrer, [WEAK_CONTAINER]);
  const kept = keptBlocks(kernel, stirrer);
  const name = oneOf(random, ['store', 'fetch', 'exchange', 'discard'] as const);
  if (name === 'discard')
    return void send(kernel, id, SWAP_PORT, OP.discard, kept + nextBelow(random, 4), 0, 0, 0, 0);
  const { op, w1, w2, w3 } = drawFields(sender, name);
  const [out, into] = chance(random, 10) ? [500, 500] : [w1 % kept, w2 % kept];
  if (slot >= 0) sendCapability(kernel, id, SWAP_PORT, op, slot, out, into, w3);
  else send(kernel, id, SWAP_PORT, op, nextBelow(random, 64), w1, w2, w3, 0);
}

/** Its blocks below this one it never discards, and fetches no others: what it has is never junk. */
function keptBlocks(kernel: Kernel, { id }: StirrerState): number {
  const { space } = kernel.state.tasks[id] as TaskState;
  return Math.max(1, kernel.state.spaces[space].pages >> 1);
}

/** To a policy server; who has the policy in hand itself decides at random. */
function talkToPolicy(kernel: Kernel, stirrer: StirrerState, sender: Sender): void {
  const { id, random, policyPorts, table, fair } = stirrer;
  const control = pick(kernel, stirrer, [POLICY_CONTROL]);
  if (control >= 0 && table !== null) {
    const task = nextBelow(random, table.guaranteed.length);
    table.guaranteed[task] = small(random, -1, 4 * fair);
    table.eligible[task] = nextBelow(random, 2);
    const op = chance(random, 50) ? OP.usePolicy : OP.decided;
    send(kernel, id, MEMORY_PORT, op, control, op === OP.decided ? task : 1, 0, 0, 0);
  } else if (policyPorts.length > 0) {
    const port = oneOf(random, policyPorts);
    const slot = pick(kernel, stirrer, [WEAK_PAGES, CONTROL]);
    if (chance(random, 20) && slot >= 0)
      sendCapability(kernel, id, port, OP.handControl, slot, 0, 0, 0);
    else {
      const { op, w0, w1, w2, w3, time } = chance(random, 70)
        ? drawFields(sender, 'subscribe')
        : drawMessage(sender);
      send(kernel, id, port, op, w0, w1, w2, w3, time);
    }
  }
}
