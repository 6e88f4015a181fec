/**
 * Invariants of a step upon containers of pages: what a lock keeps as it is, what ends it, what the
 * version tells, who changes what is in them, and whether the server's answer is true. A version is 0
 * before every step: canonical-state.ts sees to that.
 */

import { OP } from '../../contracts/messages.ts';
import { DONE, NO_SUCH_PAGE } from '../../contracts/refusals.ts';
import { NUCLEUS } from '../../nucleus/kernel.ts';
import { isOver } from '../../nucleus/tasks.ts';
import { noticeOf } from '../../servers/memory/client.ts';
import {
  LOCKED,
  OPEN,
  type PageContainer,
  pageAt,
  UNUSED,
} from '../../servers/memory/containers/page-state.ts';
import { UNMAPPED } from '../../sim-hw/frames.ts';
import { messageAt } from './message-state.ts';
import { FIRST, MEMORY, nameOf, SWAP, type World } from './world.ts';

/** What is kept of a container before a step. */
export interface ContainerBefore {
  status: number;
  endsAt: number;
  lockedUntil: number;
  opening: number;
  cells: number[];
  frames: number[];
}

export function notePages({ memory, kernel }: World, before: ContainerBefore[]): void {
  for (const container of memory.pages.containers) {
    before[container.id] = {
      status: container.status,
      endsAt: container.endsAt,
      lockedUntil: container.lockedUntil,
      opening: kernel.state.windowLists[container.id]?.serial ?? 0,
      cells: [...container.cells],
      frames: framesOf({ memory } as World, container),
    };
  }
}

/** What is wrong, or undefined. `first`: the first message that the step has sent; `from`: whose was heard. */
export function checkPageStep(
  world: World,
  before: readonly ContainerBefore[],
  first: number,
  from: number,
): string | undefined {
  for (const container of world.memory.pages.containers) {
    const was = before[container.id];
    const found =
      checkContainer(world, container, was, from) ??
      checkOpened(world, container, was, first, from);
    if (found !== undefined) return found;
  }
  return world.archive === null ? undefined : checkAnswers(world, first);
}

function checkContainer(
  world: World,
  container: PageContainer,
  before: ContainerBefore,
  from: number,
): string | undefined {
  const { id, status, owner, version, extras } = container;
  if (before.status === UNUSED) return undefined;
  const wasLocked = before.status === LOCKED;
  const isOwnerDead = isOver(world.kernel.state.tasks[owner]);
  const { nowNs } = world.kernel.state;
  const isLockOver = from === SWAP || from === NUCLEUS || before.lockedUntil <= nowNs;
  const isDue = before.endsAt <= nowNs && isLockOver;
  if (wasLocked && ((status === OPEN && !isDue) || (status === UNUSED && !isOwnerDead)))
    return `[CONT15] container ${id} is taken back in spite of a lock`;
  if (status === UNUSED) return undefined;
  const frames = framesOf(world, container);
  const hasMoved = !isSame(container.cells, before.cells);
  const hasChanged = hasMoved || !isSame(frames, before.frames);
  const opening = world.kernel.state.windowLists[id]?.serial ?? 0;
  if (wasLocked && status === LOCKED && opening === before.opening && hasChanged)
    return `[CONT20] container ${id} is locked, and pages of it come or go`;
  if (hasMoved && from === SWAP)
    return `[CONT16] a server adds pages to container ${id}, or takes them`;
  const isUnlocked = wasLocked && status !== LOCKED;
  const isOpened = status === OPEN && before.status !== OPEN;
  // A page that gets a frame of its own has not changed [CONT27].
  const comes = frames.some((frame, index) => frame < 0 !== before.frames[index] < 0);
  const isOther = hasMoved || comes || (hasChanged && !world.plan.copies);
  if ((isOther || isUnlocked || isOpened) && version === 0)
    return `[CONT22] container ${id} has changed, and its version stays`;
  const client = world.records[owner - FIRST];
  // Of moments only the order is kept: they can be compared in the step that sets them.
  const isLate = container.lockedUntil > noticeOf(client).deadline;
  if (status === LOCKED && extras && client.noticed > 0 && isLate)
    return `[CONT21] extras of ${nameOf(world, owner)} are locked beyond its notice`;
  const { held, guaranteed } = client;
  const more = bound(frames) > bound(before.frames);
  return more && !extras && held > guaranteed
    ? `[CONT21] container ${id} takes in what ${nameOf(world, owner)} is not guaranteed`
    : undefined;
}

/** Open again by no doing of its owner's: its lifetime is over, nobody maps it, the owner is told. */
function checkOpened(
  world: World,
  container: PageContainer,
  before: ContainerBefore,
  first: number,
  from: number,
): string | undefined {
  const { id, status, owner } = container;
  if (status !== OPEN || before.status === OPEN || before.status === UNUSED) return undefined;
  const { frames, queue } = world.kernel.state;
  for (const frame of framesOf(world, container))
    if (frame >= 0 && frames.mappedBy[frame] !== UNMAPPED)
      return `[CONT14] container ${id} is open again, and a page of it is mapped`;
  if (from === owner || isOver(world.kernel.state.tasks[owner])) return undefined;
  for (let place = first; place < queue.count; place++) {
    const message = messageAt(world, place);
    if (message.op === OP.containerEnded && message.to === owner) return undefined;
  }
  return `[CONT14] container ${id} is open again, and ${nameOf(world, owner)} is not told`;
}

/** Done: every page has come; one is missing: others may have; anything else: none has. */
function checkAnswers(world: World, first: number): string | undefined {
  const { queue } = world.kernel.state;
  const { moved } = world.happened;
  for (let place = first; place < queue.count; place++) {
    const { op, from, to, w0, w1, w3 } = messageAt(world, place);
    if (from === SWAP && op === OP.swapped) {
      const pages = Math.max(...world.plan.clients.map(({ places }) => places));
      const isTrue = w1 === DONE ? moved === pages : moved === 0 || w1 === NO_SUCH_PAGE;
      if (!isTrue)
        return `[CONT40] the server answers ${w1}, and ${moved} of ${pages} pages have been filled`;
    }
    if (from !== MEMORY || op !== OP.pageMapped || w3 === 0) continue;
    const { object } = world.kernel.state.capabilities[to];
    if (world.memory.pages.containers[object[w0]].version === 0)
      return '[CONT22] a page is mapped for writing, and the version stays';
  }
  return undefined;
}

function framesOf({ memory }: World, container: PageContainer): number[] {
  return container.cells.map((_, index) => pageAt(memory.pages, container, index)?.frame ?? -1);
}

function bound(frames: readonly number[]): number {
  return frames.filter((frame) => frame >= 0).length;
}

function isSame(some: readonly number[], others: readonly number[]): boolean {
  return some.length === others.length && some.every((value, at) => value === others[at]);
}
