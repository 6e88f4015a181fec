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

import { holdsKind, WEAK_PAGES } from '../../nucleus/capabilities.ts';
import { isOver } from '../../nucleus/tasks.ts';
import {
  LOCKED,
  NONE_THERE,
  OPEN,
  type PageContainer,
  pageAt,
  SEALED,
  SHARED,
  UNUSED,
} from '../../servers/memory/containers/page-state.ts';
import { WRITABLE } from '../../sim-hw/page-table/format.ts';
import { SPACE_PAGES } from './flat-table.ts';
import { messageAt } from './message-state.ts';
import { ALLOCATE, isIdle, RETURN } from './script.ts';
import { FIRST, SWAP, type World } from './world.ts';

/** Actions on a container of pages, from PAGE_ACTIONS on, in words that follow the client's name. */
export const PAGE_ACTIONS = 64;
/** Where the first page of a container is mapped: beyond what slots are mapped at. */
export const MAPPED_AT = 4;
const names = {
  open: 'opens a container of pages',
  fill: 'has a page put into its container',
  put: 'puts the frame of a slot into its container',
  take: 'takes a page out of its container',
  seal: 'seals its container',
  share: 'shares its container',
  hand: 'hands the container to the server, to be filled',
  cancel: 'cancels its container of pages',
  drop: 'drops its container',
  map: 'maps a page of its container',
  unmap: 'unmaps its container',
  openForServer: 'opens a container of pages that is for the server alone',
  openForOther: 'opens a container of pages that is not for the server',
  openSecond: 'opens a second container',
  dropSecond: 'drops its second container',
  copy: 'copies a page from its container into the second',
  move: 'moves a page from its container into the second',
  shareSecond: 'shares a page of its container with the second',
  lend: 'hands a part of its container to its peer',
  copyOut: 'copies a page out of what it was handed into its container',
} as const;
type DeedName = keyof typeof names;

export const pageActionNames: readonly string[] = Object.values(names);
export const DEED = Object.fromEntries(
  Object.keys(names).map((name, number) => [name, number]),
) as Readonly<Record<DeedName, number>>;

/** The container that the client owns, or undefined. */
export function containerOf(world: World, index: number): PageContainer | undefined {
  const { containers } = world.memory.pages;
  return containers.find(({ status, owner }) => status !== UNUSED && owner === FIRST + index);
}

/** The second one, or undefined. */
export function otherOf(world: World, index: number): PageContainer | undefined {
  const { containers } = world.memory.pages;
  return containers.findLast(
    ({ id, status, owner }) =>
      status !== UNUSED && owner === FIRST + index && id !== containerOf(world, index)?.id,
  );
}

/** Whether pages are in a container that the client owns. */
export function hasPages(world: World, index: number): boolean {
  const { containers } = world.memory.pages;
  return containers.some(
    ({ status, owner, cells }) =>
      status !== UNUSED && owner === FIRST + index && cells.some((id) => id !== NONE_THERE),
  );
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
  const add = (deed: DeedName) => actions.push(PAGE_ACTIONS + DEED[deed]);
  const container = containerOf(world, index);
  if (container === undefined) {
    if (isOver(world.kernel.state.tasks[SWAP])) return;
    add('open');
    if (deeds.includes('name')) {
      add('openForServer');
      add('openForOther');
    }
    return;
  }
  const { status, cells } = container;
  const isLocked = status === LOCKED;
  const hasRoom = !isLocked && cells.includes(NONE_THERE);
  if (hasRoom && deeds.includes('fill') && held < framesMax) add('fill');
  if (hasRoom && deeds.includes('put') && idle >= 0) add('put');
  if (!isLocked && deeds.includes('take') && boundPage(world, container) >= 0) add('take');
  if (status === OPEN && hasPages(world, index) && !deeds.includes('copyOut')) add('seal');
  addSharing(world, index, container, add);
  if (world.plan.copies) addCopying(world, index, container, add);
  // A capability that nobody takes would stay in its table, dead.
  const isFree = !isLocked && (weakOf(world, index) < 0 || isOver(world.kernel.state.tasks[SWAP]));
  if (isFree && status > OPEN && deeds.includes('cancel')) add('cancel');
  if ((isFree || deeds.includes('copyOut')) && deeds.includes('drop')) add('drop');
  const entry = world.kernel.state.table.entries[index * SPACE_PAGES + MAPPED_AT];
  if (deeds.includes('map') && pageAt(world.memory.pages, container, 0) !== null)
    if ((entry & WRITABLE) === 0) add('map');
  if (deeds.includes('map') && entry !== 0) add('unmap');
}

/** Copies, moves and shares between two containers, or out of what a peer has lent. */
function addCopying(
  world: World,
  index: number,
  container: PageContainer,
  add: (deed: DeedName) => void,
): void {
  const { deeds, boxesMax } = world.plan.clients[index];
  const { tasks } = world.kernel.state;
  const other = otherOf(world, index);
  const makesTwo = deeds.includes('copy') || deeds.includes('move') || deeds.includes('share');
  // Which of two is the first is no matter: it is the one that is shared.
  if (makesTwo && other === undefined && container.status === SHARED) add('openSecond');
  const isThere = container.cells[0] !== NONE_THERE;
  if (isThere && other !== undefined) {
    if (deeds.includes('copy')) add('copy');
    if (deeds.includes('move')) add('move');
    if (deeds.includes('share')) add('shareSecond');
  }
  if (other !== undefined && other.status !== LOCKED) add('dropSecond');
  const isLent = weakOf(world, index) >= 0;
  if (
    deeds.includes('lend') &&
    isLent &&
    !isOver(tasks[FIRST + index + 1]) &&
    world.scripts[index].made < boxesMax
  )
    add('lend');
  if (deeds.includes('copyOut') && isLent) add('copyOut');
}

/** Shares the container where nobody has a part of it yet, and hands that to the server. */
function addSharing(
  world: World,
  index: number,
  { status }: PageContainer,
  add: (deed: DeedName) => void,
): void {
  const { tasks } = world.kernel.state;
  const { moving, made } = world.scripts[index];
  const { boxesMax, deeds } = world.plan.clients[index];
  if (deeds.includes('copyOut')) return;
  if (isOver(tasks[SWAP]) || moving === 1 || (boxesMax > 0 && made >= boxesMax)) return;
  if (weakOf(world, index) >= 0) add('hand');
  else if (status >= SEALED && status !== LOCKED) add('share');
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

export function lastIdle(world: World, index: number): number {
  let slot = world.kernel.state.capabilities[FIRST + index].slots - 1;
  while (slot >= 0 && !isIdle(world, index, slot)) slot--;
  return slot;
}

/** The last page that lies on a frame, or -1. */
export function boundPage(world: World, container: PageContainer): number {
  let at = container.cells.length - 1;
  while (at >= 0 && (pageAt(world.memory.pages, container, at)?.frame ?? -1) < 0) at--;
  return at;
}

/** Slot of a weak capability that the client has not handed on and that lives, or -1. */
export function weakOf(world: World, index: number): number {
  const table = world.kernel.state.capabilities[FIRST + index];
  const { containers } = world.memory.pages;
  for (let slot = 0; slot < table.kind.length; slot++) {
    if (!holdsKind(table, slot, WEAK_PAGES)) continue;
    if (table.generation[slot] === containers[table.object[slot]].generation) return slot;
  }
  return -1;
}
