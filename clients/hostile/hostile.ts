/**
 * Hostile clients: tasks that run a program like any other, take all the extras they can get, and
 * then do not play by the rules.
 *
 *   silent   hears every notice and never answers one
 *   deaf     its memory-control thread does not wait for messages once it has extras [REV4]
 *   hoarder  returns half, and the rest only after the deadline
 *   liar     returns stale, duplicate, out-of-range and never-granted slots
 *   greedy   obeys, and asks for ever more at every turn
 *   wirer    wires whatever it holds, for as long as it may, again and again, and is silent
 *   recorder has the server keep records: opens containers, splits its contract, and uses neither
 *   flooder  takes all it can get and gives it back softly at once, so that every free frame has its name
 *
 * Of others what they do is in files of their own: snatcher.ts, climber.ts, nagger.ts.
 */

import { messageName, OP, TIME_MAX } from '../../contracts/messages.ts';
import { termNow, timerAt } from '../../nucleus/clock.ts';
import { send } from '../../nucleus/ipc.ts';
import { FAULT, type Kernel, NUCLEUS, TIMER } from '../../nucleus/kernel.ts';
import type { TaskState } from '../../nucleus/tasks.ts';
import { popFree } from '../../paging/frames-in-hand.ts';
import { pagerMessage } from '../../paging/pager.ts';
import type { PagerCode } from '../../paging/policy-call.ts';
import type { PagerState } from '../../paging/state.ts';
import {
  type ClientStep,
  type ContractWish,
  controlMessage,
  obeyNotice,
} from '../pager/memory-control.ts';

export const hostileKinds = [
  'silent',
  'deaf',
  'hoarder',
  'liar',
  'greedy',
  'wirer',
  'flooder',
  'recorder',
] as const;
export type HostileKind = (typeof hostileKinds)[number];
/** What a task of a scenario can be beside honest: these, and those in files of their own. */
export const hostileTasks = [...hostileKinds, 'snatcher', 'climber', 'nagger'] as const;
export type HostileTask = (typeof hostileTasks)[number];

/** Timer word of a hoarder that at last returns the rest; 256 times the rest is added to it. */
const LATE = 9;
/** Frames a hostile client grabs at each fault beyond what it needs. */
const GRAB = 8;
/** Frames a wirer wants wired at each fault. */
const WIRES = 16;
/** Containers that a recorder opens: with more its table is full, and it cannot page. */
const RECORDS = 32;
/** A tag that no transfer has. */
const NO_TRANSFER = 60_000;

/** Receiver step of a hostile client. */
export function hostileStep(code: PagerCode, kind: HostileKind): ClientStep {
  return (kernel, state, message) => {
    const pager = state as PagerState;
    const { op } = message;
    if (op === TIMER && message.from === NUCLEUS && message.w0 % 256 === LATE) {
      const rest = Math.floor(message.w0 / 256);
      obeyNotice(kernel, code, pager, Math.min(rest, pager.held - pager.guaranteed), 0);
      return;
    }
    if (messageName(op) === 'notice')
      return misbehave(kernel, code, pager, kind, message.w0, message.time, message.w1);
    const faulted = op === FAULT;
    if (!pagerMessage(kernel, code, pager, message)) controlMessage(kernel, code, pager, message);
    if (faulted) grab(kernel, pager, kind);
  };
}

function grab(kernel: Kernel, pager: PagerState, kind: HostileKind): void {
  if (kind === 'deaf') {
    const task = kernel.state.tasks[pager.id] as TaskState;
    task.receiving = pager.held <= pager.guaranteed;
  }
  if (kind === 'wirer') wireAll(kernel, pager);
  if (kind === 'recorder') keepRecords(kernel, pager);
  if (kind === 'flooder' && pager.refusedFor > 0) flood(kernel, pager);
  if (pager.refusedFor > 0 && kind !== 'greedy') return;
  for (let i = 0; i < GRAB; i++)
    send(kernel, pager.id, pager.memoryPort, OP.allocate, orderOf(pager), 0, 0, 0, 0);
}

function misbehave(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  kind: HostileKind,
  count: number,
  deadline: number,
  cause: number,
): void {
  switch (kind) {
    case 'silent':
    case 'deaf':
    case 'wirer':
      return;
    case 'hoarder': {
      const half = count >> 1;
      if (half > 0) obeyNotice(kernel, code, pager, half, cause);
      const late = deadline + Math.max(1, deadline - termNow(kernel));
      return timerAt(kernel, late, pager.id, LATE + 256 * (count - half));
    }
    case 'liar':
      return lie(kernel, pager);
    case 'flooder':
    case 'recorder':
      return obeyNotice(kernel, code, pager, count, cause);
    case 'greedy':
      obeyNotice(kernel, code, pager, count, cause);
      return grab(kernel, pager, kind);
  }
}

/** All that it holds in turn, its extras too, and once for longer than is allowed. */
function wireAll(kernel: Kernel, pager: PagerState): void {
  const { wireTime } = pager.owner as ContractWish;
  const { faults } = kernel.state.tasks[pager.id] as TaskState;
  for (let i = 0; i < WIRES; i++) {
    const slot = (faults * WIRES + i) % pager.slotPage.length;
    const duration = i === 0 ? TIME_MAX : wireTime;
    send(kernel, pager.id, pager.memoryPort, OP.wire, slot, 0, 0, 0, duration);
  }
}

/** One container more at each fault, as large as may be, and a child contract of nothing. */
function keepRecords(kernel: Kernel, pager: PagerState): void {
  const { faults } = kernel.state.tasks[pager.id] as TaskState;
  if (faults > RECORDS) return;
  const { id, memoryPort } = pager;
  send(kernel, id, memoryPort, OP.openContainer, 1024, -1, 0, NO_TRANSFER, 0);
  if (faults % 4 === 0) send(kernel, id, memoryPort, OP.splitContract, 0, 0, -1, NO_TRANSFER, 0);
}

/** All that is free in hand goes softly. */
function flood(kernel: Kernel, pager: PagerState): void {
  for (let slot = popFree(pager); slot >= 0; slot = popFree(pager)) {
    pager.held -= 1 << orderOf(pager);
    send(kernel, pager.id, pager.memoryPort, OP.releaseSoft, slot, 0, 0, 0, 0);
  }
}

/** One frame is returned, and again and again; the rest are slots it never held. */
function lie(kernel: Kernel, pager: PagerState): void {
  const returned = popFree(pager);
  if (returned >= 0) pager.held -= 1 << orderOf(pager);
  const never = pager.slotPage.length + 1000;
  for (const slot of [returned, returned, returned, never, 2 ** 24 - 1, -1, 2 ** 30, 0.5])
    send(kernel, pager.id, pager.memoryPort, OP.returnFrames, slot, 0, 0, 0, 0);
}

function orderOf(pager: PagerState): number {
  return pager.members[0]?.order ?? 0;
}
