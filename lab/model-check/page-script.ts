/**
 * Scripted clients with containers of pages: one is opened, filled, sealed, shared and handed to the
 * server; meanwhile its owner may do to it whatever its plan says, and be refused.
 *
 * Such a client says one thing at a time: while a message of its own or to it is under way it says
 * nothing. The memory server misses nothing by that: what the client would have said earlier it may
 * say in the very moment in which what it said before has been heard; its own hearing concerns nobody
 * else, and what a server says in its turn may still come at any time. So it needs to remember little:
 * its table says what it has.
 */

import { ALLOCATE_EXTRA, OP, WRITE } from '../../contracts/messages.ts';
import { holdsKind, WEAK_PAGES } from '../../nucleus/capabilities.ts';
import { send, sendCapability } from '../../nucleus/ipc.ts';
import { isOver } from '../../nucleus/tasks.ts';
import {
  LOCKED,
  NONE_THERE,
  OPEN,
  type PageContainer,
  pageAt,
  SEALED,
  UNUSED,
} from '../../servers/memory/containers/page-state.ts';
import { WRITABLE } from '../../sim-hw/page-table/format.ts';
import { SPACE_PAGES } from './flat-table.ts';
import { messageAt } from './message-state.ts';
import { ALLOCATE, isIdle, RETURN, tell } from './script.ts';
import { FIRST, MEMORY_PORT, SWAP, SWAP_PORT, type World } from './world.ts';

/** Actions on a container of pages, from PAGE_ACTIONS on, in words that follow the client's name. */
export const PAGE_ACTIONS = 64;
export const pageActionNames = [
  'opens a container of pages',
  'has a page put into its container',
  'puts the frame of a slot into its container',
  'takes a page out of its container',
  'seals its container',
  'shares its container',
  'hands the container to the server, to be filled',
  'cancels its container of pages',
  'drops its container',
  'maps a page of its container',
  'unmaps its container',
] as const;
const OPEN_ONE = 0;
const FILL = 1;
const PUT = 2;
const TAKE = 3;
const SEAL = 4;
const SHARE = 5;
const HAND = 6;
const CANCEL = 7;
const DROP = 8;
const MAP = 9;
const UNMAP = 10;

/** Where the first page of a container is mapped: beyond what slots are mapped at. */
const MAPPED_AT = 4;
const TAG = 5;
const TAKE_TAG = 6;

/** The container that the client owns, or undefined. */
export function containerOf(world: World, index: number): PageContainer | undefined {
  const { containers } = world.memory.pages;
  return containers.find(({ status, owner }) => status !== UNUSED && owner === FIRST + index);
}

/** Whether pages are in a container that the client owns. */
export function hasPages(world: World, index: number): boolean {
  const { cells = [] } = containerOf(world, index) ?? {};
  return cells.some((id) => id !== NONE_THERE);
}

/** Adds what client `index` may do now to `actions`. */
export function possiblePageActions(world: World, index: number, actions: number[]): void {
  const script = world.scripts[index];
  const { framesMax, deeds, manner } = world.plan.clients[index];
  if (isSpeaking(world, index)) return;
  const idle = lastIdle(world, index);
  if (manner === 'honest' && script.owed > 0 && idle >= 0) actions.push(RETURN + idle);
  const { held } = world.records[index];
  const asks = deeds.includes('ask') && script.allocating === 0 && held < framesMax;
  if (asks) actions.push(ALLOCATE);
  const add = (deed: number) => actions.push(PAGE_ACTIONS + deed);
  const container = containerOf(world, index);
  if (container === undefined) {
    if (!isOver(world.kernel.state.tasks[SWAP])) add(OPEN_ONE);
    return;
  }
  const { status, cells } = container;
  const isLocked = status === LOCKED;
  const hasRoom = !isLocked && cells.includes(NONE_THERE);
  if (hasRoom && deeds.includes('fill') && held < framesMax) add(FILL);
  if (hasRoom && deeds.includes('put') && idle >= 0) add(PUT);
  if (!isLocked && deeds.includes('take') && boundPage(world, container) >= 0) add(TAKE);
  if (status === OPEN && hasPages(world, index)) add(SEAL);
  addSharing(world, index, container, add);
  // A capability that nobody takes would stay in its table, dead.
  const isFree = !isLocked && (weakOf(world, index) < 0 || isOver(world.kernel.state.tasks[SWAP]));
  if (isFree && status > OPEN && deeds.includes('cancel')) add(CANCEL);
  if (isFree && deeds.includes('drop')) add(DROP);
  const entry = world.kernel.state.table.entries[index * SPACE_PAGES + MAPPED_AT];
  if (deeds.includes('map') && pageAt(world.memory.pages, container, 0) !== null)
    if ((entry & WRITABLE) === 0) add(MAP);
  if (deeds.includes('map') && entry !== 0) add(UNMAP);
}

/** Shares the container where nobody has a part of it yet, and hands that to the server. */
function addSharing(
  world: World,
  index: number,
  { status }: PageContainer,
  add: (deed: number) => void,
): void {
  const { tasks } = world.kernel.state;
  const { moving, made } = world.scripts[index];
  const { boxesMax } = world.plan.clients[index];
  if (isOver(tasks[SWAP]) || moving === 1 || (boxesMax > 0 && made >= boxesMax)) return;
  if (weakOf(world, index) >= 0) add(HAND);
  else if (status >= SEALED && status !== LOCKED) add(SHARE);
}

/** Whether a message of the client's or to it is under way. */
function isSpeaking({ kernel }: World, index: number): boolean {
  const id = FIRST + index;
  const { queue } = kernel.state;
  for (let place = 0; place < queue.count; place++) {
    const { from, to } = messageAt({ kernel } as World, place);
    if (from === id || to === id) return true;
  }
  return false;
}

function lastIdle(world: World, index: number): number {
  let slot = world.kernel.state.capabilities[FIRST + index].slots - 1;
  while (slot >= 0 && !isIdle(world, index, slot)) slot--;
  return slot;
}

/** The last page that lies on a frame, or -1. */
function boundPage(world: World, container: PageContainer): number {
  let at = container.cells.length - 1;
  while (at >= 0 && (pageAt(world.memory.pages, container, at)?.frame ?? -1) < 0) at--;
  return at;
}

/** Slot of a weak capability that the client has not handed on and that lives, or -1. */
function weakOf(world: World, index: number): number {
  const table = world.kernel.state.capabilities[FIRST + index];
  const { containers } = world.memory.pages;
  for (let slot = 0; slot < table.kind.length; slot++) {
    if (!holdsKind(table, slot, WEAK_PAGES)) continue;
    if (table.generation[slot] === containers[table.object[slot]].generation) return slot;
  }
  return -1;
}

/** Client `index` does `action`, one of those from PAGE_ACTIONS on. */
export function actOnPages(world: World, index: number, action: number): void {
  const script = world.scripts[index];
  const { places, extras } = world.plan.clients[index];
  const { kernel, durations } = world;
  const id = FIRST + index;
  if (action - PAGE_ACTIONS === OPEN_ONE)
    return tell(world, index, OP.openContainer, places, -1, extras ? 1 : 0, TAG);
  const container = containerOf(world, index) as PageContainer;
  const { capability, cells } = container;
  const first = cells.indexOf(NONE_THERE);
  switch (action - PAGE_ACTIONS) {
    case FILL:
      return tell(
        world,
        index,
        OP.allocatePages,
        capability,
        first,
        1,
        extras ? ALLOCATE_EXTRA : 0,
      );
    case PUT:
      return tell(world, index, OP.putRuns, capability, first, lastIdle(world, index), 1);
    case TAKE:
      return tell(world, index, OP.takeOut, capability, boundPage(world, container), TAKE_TAG);
    case SEAL:
      send(kernel, id, MEMORY_PORT, OP.sealContainer, capability, TAG, 0, 0, durations.pageLock);
      return;
    case SHARE:
      return tell(world, index, OP.shareContainer, capability, TAG);
    case HAND:
      if (sendCapability(kernel, id, SWAP_PORT, OP.fetch, weakOf(world, index), 0, TAG, 0))
        script.moving = 1;
      if (world.plan.clients[index].boxesMax > 0) script.made++;
      return;
    case CANCEL:
      // It waits for the server no more: a late answer is nobody's.
      script.moving = 0;
      return tell(world, index, OP.cancelContainer, capability);
    case DROP:
      script.moving = 0;
      return tell(world, index, OP.dropContainer, capability);
    case MAP:
      return tell(world, index, OP.mapPage, capability, 0, MAPPED_AT, WRITE);
    default:
      return tell(world, index, OP.unmapPages, capability);
  }
}
