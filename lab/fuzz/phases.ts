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
import { isAlive } from '../../nucleus/tasks.ts';
import type { PagerState } from '../../paging/state.ts';
import { peekTime } from '../../sim-hw/event-queue.ts';
import { findingsOf, type Oracles, sweep } from '../oracles/index.ts';
import type { World } from '../run/boot.ts';
import { openInFiles } from './file-books.ts';
import { endAll, type Places } from './places.ts';
import { stirrerStep } from './stirrer.ts';
import { type Fault, late, unsettled } from './unsettled.ts';

/** Scheduler decisions after which phase two begins even if its time has not come. */
const STEPS_HOSTILE = 20_000;
/** Scheduler decisions in which everything must then have settled. */
const STEPS_MAX = 300_000;
/** Timers in which what was put off must come to its end. */
const TIMERS_LATE = 1000;
/** A lock that outlasts any queue, on either clock. */
const LOCK_TIME_CALM = 1_000_000_000_000;

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
