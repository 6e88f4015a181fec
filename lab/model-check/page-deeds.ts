/** What scripted clients do to their containers of pages: what page-script.ts lets them, as messages. */

import {
  ALLOCATE_EXTRA,
  COPY,
  FORCE_WRITE,
  MOVE,
  OP,
  SHARE,
  WRITE,
} from '../../contracts/messages.ts';
import { holdsKind, removeCapability, WEAK_PAGES } from '../../nucleus/capabilities.ts';
import { send, sendCapability } from '../../nucleus/ipc.ts';
import { NONE_THERE, type PageContainer } from '../../servers/memory/containers/page-state.ts';
import {
  boundPage,
  containerOf,
  DEED,
  lastIdle,
  MAPPED_AT,
  otherOf,
  PAGE_ACTIONS,
  weakOf,
} from './page-script.ts';
import { tell } from './script.ts';
import { FIRST, MEMORY_PORT, PEER_PORT, SWAP_PORT, type World } from './world.ts';

const TAG = 5;
const TAKE_TAG = 6;
/** Of `user`: whoever holds a capability. */
const ANYBODY = -1;

/** Client `index` does `action`, one of those from PAGE_ACTIONS on. */
export function actOnPages(world: World, index: number, action: number): void {
  const container = containerOf(world, index);
  switch (action - PAGE_ACTIONS) {
    case DEED.open:
    case DEED.openSecond:
      return open(world, index, ANYBODY);
    case DEED.openForServer:
      return open(world, index, SWAP_PORT);
    case DEED.openForOther:
      return open(world, index, MEMORY_PORT);
    case DEED.hand:
      return hand(world, index);
    case DEED.lend:
      world.scripts[index].made++;
      sendCapability(
        world.kernel,
        FIRST + index,
        PEER_PORT,
        OP.store,
        weakOf(world, index),
        0,
        0,
        0,
      );
      return;
    case DEED.cancel:
    case DEED.drop:
      // It waits for the server no more: a late answer is nobody's.
      world.scripts[index].moving = 0;
      if (!world.plan.clients[index].deeds.includes('copyOut')) forgetWeak(world, index);
  }
  if (container !== undefined) actOn(world, index, action - PAGE_ACTIONS, container);
}

function actOn(world: World, index: number, deed: number, container: PageContainer): void {
  const { kernel, durations, plan } = world;
  const { extras } = plan.clients[index];
  const { capability, cells } = container;
  const say = (op: number, ...words: number[]) => tell(world, index, op, ...words);
  const first = cells.indexOf(NONE_THERE);
  switch (deed) {
    case DEED.fill:
      return say(OP.allocatePages, capability, first, 1, extras ? ALLOCATE_EXTRA : 0);
    case DEED.put:
      return say(OP.putRuns, capability, first, lastIdle(world, index), 1);
    case DEED.take:
      return say(OP.takeOut, capability, boundPage(world, container), TAKE_TAG);
    case DEED.seal:
      send(
        kernel,
        FIRST + index,
        MEMORY_PORT,
        OP.sealContainer,
        capability,
        TAG,
        0,
        0,
        durations.pageLock,
      );
      return;
    case DEED.share:
      return say(OP.shareContainer, capability, TAG);
    case DEED.cancel:
      return say(OP.cancelContainer, capability);
    case DEED.drop:
      return say(OP.dropContainer, capability);
    case DEED.dropSecond:
      return say(OP.dropContainer, otherOf(world, index)?.capability ?? 0);
    case DEED.map:
      return say(OP.mapPage, capability, 0, MAPPED_AT, plan.copies ? FORCE_WRITE : WRITE);
    case DEED.unmap:
      return say(OP.unmapPages, capability);
    case DEED.copyOut:
      return transfer(world, index, weakOf(world, index), capability, COPY);
    default: {
      const into = otherOf(world, index)?.capability ?? 0;
      const how = deed === DEED.copy ? COPY : deed === DEED.move ? MOVE : SHARE;
      return transfer(world, index, capability, into, how);
    }
  }
}

function open(world: World, index: number, user: number): void {
  const { places, extras, deeds } = world.plan.clients[index];
  const lifetime = deeds.includes('live') ? world.durations.lifetime : 0;
  const { kernel } = world;
  const words = [places, user, extras ? 1 : 0, TAG] as const;
  send(kernel, FIRST + index, MEMORY_PORT, OP.openContainer, ...words, lifetime);
}

/** To the server, which fills it. */
function hand(world: World, index: number): void {
  const script = world.scripts[index];
  const id = FIRST + index;
  const weak = weakOf(world, index);
  const isFile = world.files !== null;
  const op = isFile ? OP.readFile : OP.fetch;
  // readFile(container, file, page, tag), fetch(container, block, tag): all of them 0 but the tag.
  if (sendCapability(world.kernel, id, SWAP_PORT, op, weak, 0, isFile ? 0 : TAG, isFile ? TAG : 0))
    script.moving = 1;
  if (world.plan.clients[index].boxesMax > 0) script.made++;
}

/**
 * The first page of one container into the first place of another. The lists are nobody else's and
 * are looked at when the transfer is heard, so that they have been heard at once loses nothing.
 */
function transfer(world: World, index: number, from: number, into: number, how: number): void {
  const lists = world.memory.pages.lists;
  while (lists.length <= FIRST + index) lists.push(null);
  lists[FIRST + index] = {
    from: [{ container: from, start: 0, count: 1 }],
    into: [{ container: into, start: 0, count: 1 }],
  };
  tell(world, index, OP.transferPages, how, TAG);
}

/** Lets go of capabilities to containers that are open again, or about to be: nobody could use them. */
export function forgetWeak({ kernel }: World, index: number): void {
  const table = kernel.state.capabilities[FIRST + index];
  for (let slot = 0; slot < table.kind.length; slot++)
    if (holdsKind(table, slot, WEAK_PAGES)) removeCapability(table, slot);
}
