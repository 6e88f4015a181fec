/**
 * Deeds of stirrers (stirrer.ts): what they hand on, give back, write through windows, map, store and
 * say to a policy server.
 *
 * What a stirrer finds done that must not be done it writes down (`wrong`).
 */

import { LOCK_WRITES, OP } from '../../contracts/messages.ts';
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
import type { Kernel } from '../../nucleus/kernel.ts';
import { allowWrite, map, protect, unmap, zero } from '../../nucleus/memory-map.ts';
import type { TaskState } from '../../nucleus/tasks.ts';
import { LOCKED, type PageContainer } from '../../servers/memory/containers/page-state.ts';
import { idOf, type MemoryServerState } from '../../servers/memory/state.ts';
import { stamped } from '../../sim-hw/contents.ts';
import { nextBelow } from '../../sim-hw/random.ts';
import { between, chance, oneOf, small } from './chance.ts';
import type { Sender } from './fields.ts';
import type { StirrerState } from './stirrer.ts';
import { drawFields, drawMessage } from './tape.ts';

export const MEMORY_PORT = 0;
export const SWAP_PORT = 1;
/** Timer word of what is returned late; 16 times how much is added to it. */
const LATE = 2;
/** Windows remembered. */
const WINDOWS = 6;

/** Its capabilities and frames. */
export function tableOf(kernel: Kernel, { id }: StirrerState): CapabilityTable {
  return kernel.state.capabilities[id];
}

/** A capability goes to another stirrer; a weak one of one run, now and then, to swap. */
export function handOver(kernel: Kernel, stirrer: StirrerState, slot: number): void {
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
export function throwAway(kernel: Kernel, stirrer: StirrerState): void {
  const kinds = [WEAK_CONTAINER, WEAK_PAGES, CONTROL, CONTAINER, PAGES];
  for (let left = 8; left > 0; left--) {
    const slot = pick(kernel, stirrer, kinds);
    if (slot >= 0) sendCapability(kernel, stirrer.id, SWAP_PORT, OP.discard, slot, 0, 0, 0);
  }
}

export function pick(kernel: Kernel, stirrer: StirrerState, kinds: readonly number[]): number {
  const { kind } = tableOf(kernel, stirrer);
  const first = nextBelow(stirrer.random, kind.length);
  for (let i = 0; i < kind.length; i++) {
    const slot = (first + i) % kind.length;
    if (kinds.includes(kind[slot])) return slot;
  }
  return -1;
}

export function noticed(kernel: Kernel, stirrer: StirrerState, count: number): void {
  const { id, random, wish } = stirrer;
  if (chance(random, wish.answers))
    giveBack(kernel, stirrer, chance(random, 25) ? (count + 1) >> 1 : count);
  else if (chance(random, 50))
    timerAt(kernel, termNow(kernel) + between(random, 1, wish.pause), id, LATE + 16 * count);
}

/** Runs go back, softly or not; then what is in containers. */
export function giveBack(kernel: Kernel, stirrer: StirrerState, count: number): void {
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

export function remember(kernel: Kernel, stirrer: StirrerState, window: number): void {
  const { windows } = stirrer;
  const isList = window >= kernel.state.windowFrame.length;
  const serial = isList ? listSerial(kernel, window) : windowSerial(kernel, window);
  windows.push({ window, serial });
  if (windows.length > WINDOWS) windows.shift();
  if (chance(stirrer.random, 40)) work(kernel, stirrer);
}

/** Its device moves a page through a window, one that has closed since perhaps. */
export function work(kernel: Kernel, stirrer: StirrerState): void {
  const { id, random, windows } = stirrer;
  if (windows.length === 0) return;
  const { window, serial } = oneOf(random, windows);
  const { space } = kernel.state.tasks[id] as TaskState;
  const { base, pages } = kernel.state.spaces[space];
  const stamp = stamped(nextBelow(random, 1000), base + nextBelow(random, pages) + 1);
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
    idOf(server, window - thin)
  ] as PageContainer;
  const isLocked = status === LOCKED && holder === id && lockedUntil >= kernel.state.timers.time;
  if (!isLocked || (writes && (how & LOCK_WRITES) === 0))
    stirrer.wrong = `[CONT23] task ${id} moves data through window ${window}, which no lock has open`;
}

/** Its own address space: what it may do, and what it may not. */
export function touchMappings(kernel: Kernel, stirrer: StirrerState, sender: Sender): void {
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
export function store(kernel: Kernel, stirrer: StirrerState, sender: Sender): void {
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
export function talkToPolicy(kernel: Kernel, stirrer: StirrerState, sender: Sender): void {
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
