/**
 * Phases of one fuzzed run, after TigerBeetle: *safety* while hostile tasks, deaths, changes of
 * contract and short locks go on, every oracle watching; then *liveness*: hostile tasks are killed,
 * changes and deaths stop, and within a bound of steps every honest task must have finished and
 * nothing may be left open: no transfer, lock, notice, waiting request or held frame.
 */

import type { ContractWish } from '../../clients/pager/memory-control.ts';
import { fireEvent, termNow } from '../../nucleus/clock.ts';
import { deliverAll } from '../../nucleus/ipc.ts';
import { DEVICE_DONE, type Kernel, NUCLEUS, TIMER } from '../../nucleus/kernel.ts';
import { KILL_WORD, killTask } from '../../nucleus/life.ts';
import { stepKernel } from '../../nucleus/scheduler.ts';
import { isAlive, isOver } from '../../nucleus/tasks.ts';
import type { PagerState } from '../../paging/state.ts';
import type { DiskServerState } from '../../servers/disk/server-state.ts';
import { UNUSED } from '../../servers/memory/containers/page-state.ts';
import { whoWaits } from '../../servers/memory/revocation/waiting-requests.ts';
import { CONTAINER_FREE, GONE, type MemoryServerState } from '../../servers/memory/state.ts';
import type { DiskClientState } from '../../servers/swap/disk-client.ts';
import { externalPagerStep } from '../../servers/swap/external-pager.ts';
import type { ExternalPagerState } from '../../servers/swap/external-pager-state.ts';
import type { SwapServerState } from '../../servers/swap/state.ts';
import { peekTime } from '../../sim-hw/event-queue.ts';
import { findingsOf, type Oracles, sweep } from '../oracles/index.ts';
import type { World } from '../run/boot.ts';
import { openInFiles } from './file-books.ts';
import { endAll, type Places } from './places.ts';
import { stirrerStep } from './stirrer.ts';

/** Scheduler decisions after which phase two begins even if its time has not come. */
const STEPS_HOSTILE = 20_000;
/** Scheduler decisions in which everything must then have settled. */
const STEPS_MAX = 300_000;
/** Timers in which what was put off must come to its end. */
const TIMERS_LATE = 1000;
/** A lock that outlasts any queue, on either clock. */
const LOCK_TIME_CALM = 1_000_000_000_000;

/** The first thing found wrong: which oracle, and what. */
export interface Fault {
  readonly oracle: string;
  readonly what: string;
}

/** Runs a watched world through both phases; `beside` is called after each decision. */
export function runPhases(
  world: World,
  places: Places,
  oracles: Oracles,
  calmAt: number,
  beside: (step: number) => Fault | null,
): Fault | null {
  const { kernel } = world;
  const findings = findingsOf(oracles);
  let calm = false;
  for (let steps = 0; stepKernel(kernel); steps++) {
    const fault = firstFault(findings) ?? beside(steps);
    if (fault !== null) return fault;
    if (!calm && (termNow(kernel) >= calmAt || steps > STEPS_HOSTILE)) {
      calm = true;
      steps = 0;
      calmDown(world);
      calmFiles(world, places);
    }
    if (calm && steps % 64 === 0) endRestarted(world);
    if (steps > STEPS_MAX)
      return { oracle: 'liveness', what: `not settled after ${STEPS_MAX} steps: ${late(world)}` };
  }
  settleAll(world);
  sweep(oracles);
  const open = openInFiles(kernel, places);
  endAll(kernel, places);
  return firstFault(findings) ?? unsettled(world, open);
}

function firstFault(findings: ReturnType<typeof findingsOf>): Fault | null {
  for (const { name, violations } of findings)
    if (violations.length > 0) return { oracle: name, what: violations[0] };
  return null;
}

/** No hostility, no deaths, no changes from here on. */
function calmDown(world: World): void {
  const { kernel, options, clients } = world;
  for (const [at, { hostile }] of options.tasks.entries()) {
    const id = clients[at];
    kernel.state.account = NUCLEUS;
    if (hostile !== null || isStirrer(kernel, id)) killTask(kernel, id);
    const wish = (kernel.receivers[id].state as Partial<PagerState>).owner as
      | ContractWish
      | undefined;
    if (wish !== undefined) wish.next = wish.changes.length;
  }
  // Locks are long enough for any queue from here on.
  for (const id of [world.swap, world.disk]) {
    const mover = kernel.receivers[id].state as { lockTime?: number };
    if (mover.lockTime !== undefined) mover.lockTime = LOCK_TIME_CALM;
  }
  const pagers = world.central > 0 ? [world.central] : clients;
  for (const id of pagers)
    (kernel.receivers[id].state as { lockMax: number }).lockMax = LOCK_TIME_CALM;
  const { timers } = kernel.state;
  // Deaths that were still to come do not come: their timers now start tasks that live already.
  for (let event = 0; event < timers.size; event++) {
    const slot = timers.slots[event];
    if (timers.as[slot] === NUCLEUS) timers.bs[slot] &= ~KILL_WORD;
  }
}

/** What tasks lend is locked for as long as they let it be. */
function calmFiles({ kernel, options }: World, { foreign }: Places): void {
  const longest = Math.min(...options.tasks.map(({ reads }) => reads?.lockMax ?? LOCK_TIME_CALM));
  for (const id of foreign) (kernel.receivers[id].state as { lockTime: number }).lockTime = longest;
}

/** In calm weather a program that has been to its end once does not run on for ever, and no late stirrer. */
function endRestarted({ kernel, clients }: World): void {
  kernel.state.account = NUCLEUS;
  for (const id of clients)
    if (kernel.state.finished[id] !== null || isStirrer(kernel, id)) killTask(kernel, id);
}

function isStirrer(kernel: Kernel, id: number): boolean {
  return kernel.receivers[id].step === stirrerStep;
}

/** Ends what runs for ever, and lets devices finish. */
function settleAll({ kernel, clients, central }: World): void {
  for (const id of clients) {
    kernel.state.account = NUCLEUS;
    if (isAlive(kernel.state.tasks[id])) killTask(kernel, id);
  }
  finishDevices(kernel);
  const { state } = kernel;
  const { timers } = state;
  for (let left = TIMERS_LATE; left > 0 && isPutOff(kernel, central) && timers.size > 0; left--) {
    // What waits for a tick of the clock is let go by the clock, not by the timer.
    if (!state.countsReferences) state.nowNs = Math.max(state.nowNs, peekTime(timers));
    fireEvent(kernel, timers, TIMER);
    finishDevices(kernel);
  }
}

/** Messages wait for a tick, or a central pager for what it does, and has others do, for the dead. */
function isPutOff({ state, receivers }: Kernel, central: number): boolean {
  if (state.processors !== null && state.processors.held.length > 0) return true;
  if (central === 0) return false;
  const { transfers, freeSlots, held } = receivers[central].state as PagerState;
  return transfers.active > 0 || freeSlots < held;
}

/** What devices have under way comes to its end; a lock that ends before it does so here too. */
function finishDevices(kernel: Kernel): void {
  deliverAll(kernel);
  const { state } = kernel;
  const { deviceEvents, timers } = state;
  while (deviceEvents.size > 0) {
    const timerFirst = !state.countsReferences && peekTime(timers) < peekTime(deviceEvents);
    const queue = timerFirst ? timers : deviceEvents;
    state.nowNs = Math.max(state.nowNs, peekTime(queue));
    fireEvent(kernel, queue, timerFirst ? TIMER : DEVICE_DONE);
    deliverAll(kernel);
  }
}

/** What is still open when everything is over, or null. */
function unsettled(world: World, files: readonly string[]): Fault | null {
  const { kernel, memories } = world;
  const open = [...files, ...memories.flatMap((id) => openIn(world, id))];
  if (kernel.state.windowFrame.some((frame) => frame >= 0)) open.push('a DMA window is open');
  if (kernel.state.windowLists.some(({ holder }) => holder >= 0))
    open.push('a window list is open');
  if (isMoving(world)) open.push('a transfer is under way');
  if ('stack' in kernel.receivers[world.swap].state) openInStack(world, open);
  if (world.central > 0) openInPager(kernel, world.central, open);
  return open.length === 0 ? null : { oracle: 'liveness', what: open.join('; ') };
}

/** What one memory server has open still; those behind it go on holding what they hold. */
function openIn({ kernel, central, memories, swap }: World, id: number): string[] {
  const memory = kernel.receivers[id].state as MemoryServerState;
  const open: string[] = [];
  const waiting = whoWaits(memory).filter((client) => !memories.includes(client));
  if (waiting.length > 0) open.push(`tasks ${waiting.join(', ')} wait for frames`);
  let behind = 0;
  for (const client of memory.clients) {
    if (client === null || client.id === central) continue;
    const { held, noticed, status, guaranteed } = client;
    // Swap and external pagers live on as they do, with what layers keep pages in and with their reserve;
    // what was called back they have returned.
    const stays =
      memories.includes(client.id) ||
      (client.id === swap && noticed === 0) ||
      keepsReserve(kernel, client.id, held);
    if (stays) behind += guaranteed;
    else if (status !== GONE || held > 0 || noticed > 0)
      open.push(
        `task ${client.id} has status ${status}, ${held} frames, ${noticed} of them called back`,
      );
  }
  if (memory.containers.records.some(({ status }) => status !== CONTAINER_FREE))
    open.push('a container is left');
  if (memory.pages.containers.some(({ status }) => status !== UNUSED))
    open.push('a container of pages is left');
  if (memory.children.records.some(({ live }) => live)) open.push('a child contract is left');
  if (memory.soft.count > 0) open.push('a soft reference is left');
  const { guaranteedSum, idleSum } = memory.ledger;
  const left = guaranteedSum + idleSum - behind;
  if (central === 0 && left > 0) open.push(`${left} frames are guaranteed to nobody`);
  return open;
}

/** An external pager with nothing but the reserve that it never returns [LAST1]. */
function keepsReserve({ receivers }: Kernel, id: number, held: number): boolean {
  const { step, state } = receivers[id];
  return step === externalPagerStep && held <= (state as ExternalPagerState).reserve;
}

/** Nothing is in line at a layer, and of the dead no page is kept. */
function openInStack({ kernel, swap, central }: World, open: string[]): void {
  const { stack, held } = kernel.receivers[swap].state as SwapServerState;
  if (stack === null) return;
  for (const { layer, line } of stack.nodes)
    if (line.some((request) => request !== 0)) open.push(`a request is in the ${layer} layer`);
  const pages = held.findIndex((count) => count > 0);
  if (central === 0 && pages >= 0) open.push(`task ${pages} has ${held[pages]} pages on swap`);
}

/** Whether swap, or the disk server behind it, is at work still. */
function isMoving({ kernel, swap, disk }: World): boolean {
  const state = kernel.receivers[swap].state as SwapServerState | DiskClientState;
  const isSwapping =
    'operations' in state
      ? state.operations.some(({ kind }) => kind !== 0)
      : state.passages.some(({ client }) => client !== 0);
  if (disk === 0 || isOver(kernel.state.tasks[disk])) return isSwapping;
  const { queue } = kernel.receivers[disk].state as DiskServerState;
  const isBusy = queue.underWay > 0 || queue.requests.some(({ phase }) => phase !== 0);
  return isBusy || isSwapping;
}

/** A central pager must have every frame free again. */
function openInPager(kernel: Kernel, central: number, open: string[]): void {
  const { transfers, waiters, freeSlots, held } = kernel.receivers[central].state as PagerState;
  if (transfers.active > 0) open.push(`the central pager has ${transfers.active} transfers`);
  if (waiters.length > 0) open.push('a fault waits for the central pager');
  if (freeSlots !== held) open.push(`${freeSlots} of ${held} frames of the central pager are free`);
}

function late({ kernel, clients }: World): string {
  const open = clients.filter((id) => kernel.state.finished[id] === null);
  return open
    .map((id) => {
      const { name, status, references } = kernel.state.tasks[id];
      return `${name} has status ${status} after ${references} references`;
    })
    .join('; ');
}
