/**
 * Invariants of containers, of the windows that their locks open, and of who may still name them:
 * nobody who is dead.
 */

import { OP } from '../../contracts/messages.ts';
import {
  CONTAINER,
  frameAt,
  IN_CONTAINER,
  LOCKED_OUT,
  NOTHING,
  PAGES,
  PORT,
  WEAK_PAGES,
} from '../../nucleus/capabilities.ts';
import { DEATH, NUCLEUS } from '../../nucleus/kernel.ts';
import { isOver } from '../../nucleus/tasks.ts';
import { LOCKED, UNUSED } from '../../servers/memory/containers/page-state.ts';
import { CONTAINER_FREE, CONTAINER_LOCKED } from '../../servers/memory/state.ts';
import { FREE } from '../../servers/swap/state.ts';
import { messageAt } from './message-state.ts';
import { FIRST, MEMORY, nameOf, SWAP, type World } from './world.ts';

/** Containers, the slots that are in them, and windows. */
export function checkContainers(world: World): string | undefined {
  const { capabilities, windowFrame, windowHolder } = world.kernel.state;
  let boxed = 0;
  for (const { id, status, owner, slot, frame, holder } of world.memory.containers.records) {
    const isOpen = windowFrame[id] >= 0;
    if (isOpen !== (status === CONTAINER_LOCKED))
      return `[CONT6] window ${id} is ${isOpen ? 'open without a lock' : 'closed in spite of a lock'}`;
    if (isOpen && (windowFrame[id] !== frame || windowHolder[id] !== holder))
      return `[CONT6] window ${id} is open to another frame or server than its lock says`;
    if (status === CONTAINER_FREE) continue;
    boxed++;
    if (frameAt(capabilities[owner], slot) !== frame)
      return `[CONT1] container ${id} is of a frame that ${nameOf(world, owner)} does not hold`;
    if ((capabilities[owner].slotOrder[slot] & IN_CONTAINER) === 0)
      return `[CONT1] slot ${slot} of ${nameOf(world, owner)} is in container ${id} and not marked`;
  }
  for (let id = FIRST; id < capabilities.length; id++) {
    const { slotOrder, slots } = capabilities[id];
    for (let slot = 0; slot < slots; slot++) {
      if ((slotOrder[slot] & IN_CONTAINER) !== 0) boxed--;
      else if ((slotOrder[slot] & LOCKED_OUT) !== 0)
        return `[CONT8] slot ${slot} of ${nameOf(world, id)} is locked out and in no container`;
    }
  }
  return boxed === 0 ? undefined : '[CONT1] a run is in two containers, or marked and in none';
}

/** No capability to a container that is no more, and none to a container of a stranger. */
export function checkCapabilities(world: World): string | undefined {
  const { capabilities } = world.kernel.state;
  const { records } = world.memory.containers;
  for (let id = SWAP; id < capabilities.length; id++) {
    const { kind, object, generation } = capabilities[id];
    for (let slot = 0; slot < 16; slot++) {
      if (kind[slot] === NOTHING || kind[slot] === PORT) continue;
      if (kind[slot] === PAGES || kind[slot] === WEAK_PAGES) continue;
      const container = records[object[slot]];
      if (generation[slot] !== container.generation) continue;
      if (container.status === CONTAINER_FREE)
        return `[CONT7] ${nameOf(world, id)} has a live capability to a container that is gone`;
      if (kind[slot] === CONTAINER && container.owner !== id)
        return `[CAP3] ${nameOf(world, id)} has the owner's capability to another's container`;
    }
  }
  if (isOver(world.kernel.state.tasks[SWAP])) return undefined;
  for (const { kind, capability } of world.swap.operations)
    if (kind !== FREE && capabilities[SWAP].kind[capability] === NOTHING)
      return '[SWAP5] an operation goes on without its capability';
  return undefined;
}

/** A pager has its two ports, and two capabilities to the container of each transfer under way. */
export function checkPagers({ kernel, pagers }: World): string | undefined {
  for (const pager of pagers) {
    if (pager === null) continue;
    const { objects } = kernel.state.capabilities[pager.id];
    if (objects > 2 + 2 * pager.transfers.records.length)
      return `[FAULT12] ${objects} capabilities pile up in the table of a pager`;
  }
  return undefined;
}

/** An unlock that is under way names a capability: one that went before could be another's by then. */
export function checkUnlocks(world: World): string | undefined {
  const { queue, capabilities, tasks } = world.kernel.state;
  // What the dead had named goes with them, whatever they had still to say.
  if (isOver(tasks[SWAP])) return undefined;
  const rule = world.files !== null ? 'FILE12' : world.archive !== null ? 'CONT40' : 'SWAP7';
  for (let place = 0; place < queue.count; place++) {
    const { op, from, w0 } = messageAt(world, place);
    if (op === OP.unlockContainer && from === SWAP && capabilities[SWAP].kind[w0] === NOTHING)
      return `[${rule}] a capability has gone before the unlock that names it was heard`;
  }
  return undefined;
}

/** Once the memory server has heard of a death the dead lock, reach and name nothing. */
export function checkDead(world: World): string | undefined {
  const { tasks, capabilities, windowHolder, windowLists } = world.kernel.state;
  for (let id = SWAP; id < tasks.length; id++) {
    if (!isOver(tasks[id]) || isDeathUnderWay(world, id)) continue;
    const name = nameOf(world, id);
    const isOpen = windowHolder.includes(id) || windowLists.some(({ holder }) => holder === id);
    if (isOpen) return `[CONT42] a window is open to ${name}, which is dead`;
    for (const { status, holder, owner } of world.memory.containers.records) {
      if (status === CONTAINER_LOCKED && holder === id)
        return `[CONT42] ${name} is dead and holds a lock`;
      if (status !== CONTAINER_FREE && owner === id)
        return `[MEM6] ${name} is dead and has a container`;
    }
    for (const { status, holder, owner } of world.memory.pages.containers) {
      if (status === LOCKED && holder === id) return `[CONT42] ${name} is dead and holds a lock`;
      if (status !== UNUSED && owner === id) return `[MEM6] ${name} is dead and has a container`;
    }
    if (capabilities[id].objects > 0) return `[CONT42] ${name} is dead and has capabilities`;
  }
  return undefined;
}

/** Whether `watcher` has not heard yet that `id` is dead. */
export function isDeathUnderWay(world: World, id: number, watcher = MEMORY): boolean {
  const { queue } = world.kernel.state;
  for (let place = 0; place < queue.count; place++) {
    const { op, from, to, w0 } = messageAt(world, place);
    if (from === NUCLEUS && op === DEATH && to === watcher && w0 === id) return true;
  }
  return false;
}
