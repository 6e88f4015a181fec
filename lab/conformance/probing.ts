/** Probing: what the cases of conformance do to a pager's world, and how they look at it. */

import { lockOrder } from '../../contracts/emmi-messages.ts';
import { OP } from '../../contracts/messages.ts';
import type { PagerModule } from '../../servers/central/mach/emmi/pager.ts';
import { checkVm, pageOut } from '../../servers/central/mach/vm/index.ts';
import { pagerOf } from '../../servers/central/mach/vm/pager-store.ts';
import {
  createWorld,
  emmiIn,
  get,
  lastTag,
  mapObject,
  type Outcome,
  outcomeOf,
  pass,
  say,
  touch,
  type World,
  type WorldOptions,
} from './world.ts';

/** Of each object. */
export const PAGES = 24;
export const MS = 1_000_000;
export const PATIENCE_MS = 100;

export function worldOf(pager: PagerModule, options: Partial<WorldOptions> = {}): World {
  const emmi = { patienceNs: PATIENCE_MS * MS, laundryNs: PATIENCE_MS * MS };
  return createWorld({ pagers: [pager], pages: PAGES, emmi, ...options });
}

/** Where the object is; a pager cannot keep it from being mapped. */
export function mapped(world: World, client: number, object = 0): number {
  const at = mapObject(world, client, object, PAGES);
  if (typeof at === 'string') throw new Error(`vm_map of object ${object}: ${at}`);
  return at;
}

/** What an access came to, once patience is over with it. */
export function settled<R extends Outcome | number>(
  world: World,
  client: number,
  access: () => R,
): R | Outcome {
  const outcome = access();
  if (outcome !== 'waits') return outcome;
  const tag = lastTag(world);
  for (let ms = 0; ms <= PATIENCE_MS && emmiIn(world).state.waits.length > 0; ms++) pass(world, MS);
  const told = outcomeOf(world, client, tag);
  return told === 'SUCCESS' || told === 'waits' ? access() : told;
}

export function word(world: World, client: number, page: number): number | Outcome {
  return settled(world, client, () => get(world, client, page));
}

export function differs(
  world: World,
  client: number,
  at: number,
  expected: (page: number) => number,
): string | undefined {
  for (let page = 0; page < PAGES; page++) {
    const found = word(world, client, at + page);
    if (found !== expected(page)) return `page ${page} is ${found}, expected ${expected(page)}`;
  }
  return checkVm(emmiIn(world).vm);
}

export function pageAllOut(world: World): void {
  const { vm } = emmiIn(world);
  const { queue, index } = vm.state.resident;
  for (let page = 0; page < queue.length; page++)
    if (queue[page] >= 2 && index.owner[page] === pagerOf(vm, 0).object) pageOut(vm, page);
  for (let page = 0; page < queue.length; page++) {
    const isFree = queue[page] === 1 || vm.state.laundry.includes(index.owner[page]);
    if (!isFree && vm.state.resident.wirings[page] === 0) pageOut(vm, page);
  }
  nudge(world);
}

/** The kernel drops what is in memory of object 0, sending back what was changed. */
export function flush(world: World): void {
  const task = world.pagers[0] as number;
  const order = lockOrder({ returns: 'changed', flush: true, wantsReply: false });
  say(world, task, OP.memoryObjectLockRequest, [0, 0, PAGES, order]);
}

/** Any message lets the kernel tell pagers what it has for them. */
function nudge(world: World): void {
  touch(world, 1, 2 ** 20);
}

/** What is wrong with the books of the virtual memory, or undefined. */
export function checkWorld(world: World): string | undefined {
  return checkVm(emmiIn(world).vm);
}
