/**
 * What is in a container of pages: allocating, where, and deallocating (SPEC [CONT17], [CONT18]).
 *
 * Allocation here takes what is free now and waits for nothing: who is below its guarantee and finds
 * nothing free asks by `allocate`, which has frames called back, and puts the run in. What is
 * going to be taken is looked up before anything changes, so a refusal changes nothing.
 */

import {
  ALLOCATE_ALL,
  ALLOCATE_CONTIGUOUS,
  ALLOCATE_EXTRA,
  ALLOCATE_SQUASH,
  ALLOCATE_ZERO,
  OP,
} from '../../../contracts/messages.ts';
import {
  IN_USE,
  LOCKED_NOW,
  NO_RUN,
  NO_SUCH_CONTAINER,
  NO_SUCH_PAGE,
  OVER_CONTRACT,
} from '../../../contracts/refusals.ts';
import { PAGES } from '../../../nucleus/capabilities.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { RETURNED } from '../../../nucleus/probe.ts';
import { findFreeRun } from '../../../sim-hw/frames.ts';
import { refuse, refuseAt } from '../answers.ts';
import { clientOf, type MemoryServerState } from '../state.ts';
import { poolOf } from '../upstream/upstream.ts';
import { chargeFrame, roomOf } from './charges.ts';
import { resolveEither, resolvePages } from './page-containers.ts';
import { detachPage, freeFrameFor, isShared, whyNoFrame } from './page-frames.ts';
import {
  addPage,
  bind,
  LOCKED,
  NONE_THERE,
  type PageContainer,
  pageAt,
  touch,
} from './page-state.ts';

/** Frames to take, and why there are not more. */
interface Plan {
  readonly frames: number[];
  reason: number;
}

export function allocatePages(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
  start: number,
  count: number,
  flags: number,
): void {
  const op = OP.allocatePages;
  const container = ready(kernel, server, from, capability, start, count, op);
  if (container === null) return;
  const extras = (flags & ALLOCATE_EXTRA) !== 0 && container.extras;
  const plan = planPages(kernel, server, container, start, count, flags, extras);
  const done = plan.frames.length;
  const whole = (flags & (ALLOCATE_ALL | ALLOCATE_CONTIGUOUS)) !== 0;
  if (done === 0 || (whole && done < count))
    return refuseAt(kernel, server, from, capability, plan.reason, op, start + done);
  for (let index = start; index < start + done; index++)
    if (pageAt(server.pages, container, index) !== null)
      detachPage(kernel, server, container, index, RETURNED);
  const client = clientOf(server, container.owner);
  for (const [i, frame] of plan.frames.entries()) {
    chargeFrame(kernel, server, client, frame, (flags & ALLOCATE_ZERO) !== 0);
    bind(server.pages, addPage(server.pages, container, start + i), frame);
  }
  touch(container);
  answer(kernel, server, from, capability, op, done, container);
}

/** Which frames the first pages of the range can have, up to the first that can have none. */
function planPages(
  kernel: Kernel,
  server: MemoryServerState,
  container: PageContainer,
  start: number,
  count: number,
  flags: number,
  extras: boolean,
): Plan {
  const plan: Plan = { frames: [], reason: 0 };
  const client = clientOf(server, container.owner);
  const run = (flags & ALLOCATE_CONTIGUOUS) === 0 ? -1 : findRun(kernel, server, container, count);
  let room = roomOf(kernel, server, client, extras);
  let next = 0;
  for (let i = 0; i < count; i++) {
    const page = pageAt(server.pages, container, start + i);
    if (page !== null && (flags & ALLOCATE_SQUASH) === 0) return { ...plan, reason: IN_USE };
    // A page that goes makes room where nobody else has it and this client pays for it.
    const alone = page !== null && page.cells.length === 1 && page.frame >= 0;
    if (alone && !isShared(server, page)) room++;
    if (room <= 0) return { ...plan, reason: OVER_CONTRACT };
    room--;
    let frame = freeFrameFor(kernel, server, container, next);
    // With no run that is -1, for the first page.
    if (frame >= 0 && (flags & ALLOCATE_CONTIGUOUS) !== 0) frame = run + i;
    if (frame < 0) return { ...plan, reason: whyNoFrame(server, i) };
    plan.frames.push(frame);
    next = frame + 1;
  }
  return plan;
}

/** First of `count` free neighbouring frames where the container's may lie, or -1. */
function findRun(
  kernel: Kernel,
  server: MemoryServerState,
  container: PageContainer,
  count: number,
): number {
  let order = 0;
  while (1 << order < count) order++;
  return findFreeRun(poolOf(kernel, server), order, 0, container);
}

export function deallocatePages(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
  start: number,
  count: number,
): void {
  const op = OP.deallocatePages;
  const container = ready(kernel, server, from, capability, start, count, op);
  if (container === null) return;
  let done = 0;
  for (let index = start; index < start + count; index++) {
    if (container.cells[index] === NONE_THERE) continue;
    detachPage(kernel, server, container, index, RETURNED);
    done++;
  }
  if (done > 0 && server.planted !== 'stale-version') touch(container);
  answer(kernel, server, from, capability, op, done, container);
}

/** Where frames taken from now on may lie: colour, and a limit of the physical addresses. */
export function placePages(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
  colour: number,
  colours: number,
  below: number,
): void {
  const container = resolvePages(kernel, server, from, capability, PAGES);
  const no = (reason: number) => refuse(kernel, server, from, capability, reason, OP.placePages);
  if (container === null) return no(NO_SUCH_CONTAINER);
  if (colour >= colours) return no(NO_RUN);
  container.colour = colour;
  container.colours = colours;
  container.below = below;
}

/** The container, if the sender may change these pages of it now; else it has been refused. */
export function ready(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
  start: number,
  count: number,
  op: number,
): PageContainer | null {
  const resolve = server.planted === 'weak-may-allocate' ? resolveEither : resolvePages;
  const container = resolve(kernel, server, from, capability, PAGES);
  let reason = 0;
  if (container === null) reason = NO_SUCH_CONTAINER;
  else if (container.status === LOCKED) reason = LOCKED_NOW;
  else if (start + count > container.cells.length) reason = NO_SUCH_PAGE;
  if (reason === 0) return container;
  const length = container?.cells.length ?? 0;
  const index = reason === NO_SUCH_PAGE ? Math.max(start, length) : start;
  refuseAt(kernel, server, from, capability, reason, op, index);
  return null;
}

export function answer(
  kernel: Kernel,
  server: MemoryServerState,
  to: number,
  capability: number,
  op: number,
  count: number,
  container: PageContainer,
): void {
  reply(kernel, server.id, to, OP.pagesDone, capability, op, count, container.version, 0);
}
