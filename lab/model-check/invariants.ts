/**
 * Invariants: what must hold in every state, and of every step. Each names its rule of
 * contracts/SPEC.md. What is shared with the oracles of runs is taken from where they take it
 * (`checkLedger`, `checkBuddy`); the rest is written over the small world.
 */

import { frameAt, LOCKED_OUT } from '../../nucleus/capabilities.ts';
import { isOver } from '../../nucleus/tasks.ts';
import { pagesOn } from '../../servers/memory/containers/page-state.ts';
import { checkLedger } from '../../servers/memory/ledger.ts';
import { checkVictims } from '../../servers/memory/revocation/victims.ts';
import { whoWaits } from '../../servers/memory/revocation/waiting-requests.ts';
import { ACTIVE, CONTAINER_LOCKED, EXPIRED, GONE, SHRINKING } from '../../servers/memory/state.ts';
import { checkBuddy, isFree } from '../../sim-hw/buddy.ts';
import { JUNK, NOBODY, UNMAPPED } from '../../sim-hw/frames.ts';
import {
  checkCapabilities,
  checkContainers,
  checkDead,
  checkPagers,
  checkUnlocks,
} from './container-invariants.ts';
import { type Deadlines, EXTRA, LOCK, SHRINK, TERM } from './deadlines.ts';
import { checkFiles } from './file-invariants.ts';
import { SPACE_PAGES } from './flat-table.ts';
import { checkPageContainers } from './page-invariants.ts';
import { checkUnexplored } from './unexplored-state.ts';
import { FIRST, nameOf, type World } from './world.ts';
import { isLentTo } from './world-probe.ts';

/** What is wrong with the state, or undefined. The deadlines have been read off it. */
export function checkState(world: World, deadlines: Deadlines): string | undefined {
  return (
    checkUnexplored(world) ??
    checkFrames(world) ??
    checkContracts(world) ??
    checkDeadlines(world, deadlines) ??
    checkContainers(world) ??
    checkCapabilities(world) ??
    checkPagers(world) ??
    checkUnlocks(world) ??
    checkFiles(world) ??
    checkDead(world) ??
    checkPageContainers(world, deadlines) ??
    checkMappings(world) ??
    checkContents(world)
  );
}

/** Each frame stands in one slot of its owner, is under a page, or free; the books agree. */
function checkFrames(world: World): string | undefined {
  const { frames, capabilities } = world.kernel.state;
  let seen = 0;
  for (let index = 0; index < world.records.length; index++) {
    const id = FIRST + index;
    const table = capabilities[id];
    let held = 0;
    for (let slot = 0; slot < table.slots; slot++) {
      const frame = frameAt(table, slot);
      if (frame < 0) continue;
      held++;
      if (((seen >> frame) & 1) === 1) return `[MEM1] frame ${frame} is held twice`;
      seen |= 1 << frame;
      if (frames.owner[frame] !== id) return `[MEM1] ${nameOf(world, id)} holds a frame of another`;
    }
    for (let frame = 0; frame < frames.count; frame++) {
      if (frames.owner[frame] !== id || pagesOn(world.memory.pages, frame).length === 0) continue;
      held++;
      if (((seen >> frame) & 1) === 1) return `[MEM1] frame ${frame} is held twice`;
      seen |= 1 << frame;
    }
    if (held !== world.records[index].held)
      return `[MEM1] ${nameOf(world, id)} holds ${held}, booked ${world.records[index].held}`;
  }
  for (let frame = 0; frame < frames.count; frame++) {
    const isHeld = ((seen >> frame) & 1) === 1;
    if (isHeld === isFree(frames.buddy, frame) || isHeld === (frames.owner[frame] === NOBODY))
      return `[MEM1] frame ${frame} is ${isHeld ? 'held and free' : 'neither held nor free'}`;
  }
  const { heldSum } = world.memory.ledger;
  if (frames.buddy.free + heldSum !== frames.count)
    return `[MEM1] ${frames.buddy.free} frames free and ${heldSum} held, of ${frames.count}`;
  const wrong = checkLedger(world.memory.ledger, world.records) ?? checkBuddy(frames.buddy);
  if (wrong !== undefined) return `[CON1] ${wrong}`;
  const listed = checkVictims(world.memory);
  return listed === undefined ? undefined : `[REV1] victims: ${listed}`;
}

/** What the state of a contract says of its guarantee, and of who waits. */
function checkContracts(world: World): string | undefined {
  const { ledger } = world.memory;
  const waiting = whoWaits(world.memory);
  let wanted = 0;
  for (const record of world.records) {
    const { id, status, guaranteed, extra, held, waitingOrder } = record;
    const name = nameOf(world, id);
    const inForce = status === ACTIVE || status === SHRINKING;
    if (!inForce && guaranteed + extra > 0) {
      const rule = status === EXPIRED ? 'CON7' : 'MEM6';
      return `[${rule}] ${name} has no contract in force and is guaranteed ${guaranteed}`;
    }
    if (status === GONE && (held > 0 || record.noticed > 0))
      return `[MEM6] ${name} is dead and holds ${held} frames`;
    const times = waiting.filter((other) => other === id).length;
    if (times !== (waitingOrder >= 0 ? 1 : 0)) return `[MEM9] ${name} waits ${times} times`;
    if (times > 0 && status === GONE) return `[MEM6] ${name} is dead and waits`;
    if (times === 0) continue;
    wanted += 1 << waitingOrder;
    if (held + (1 << waitingOrder) > guaranteed)
      return `[MC1] ${name} waits for a frame beyond its guarantee`;
  }
  if (wanted !== ledger.waitingSum)
    return `[CON2] ${wanted} frames are waited for, booked ${ledger.waitingSum}`;
  if (waiting.length === 0) return undefined;
  const first = nameOf(world, waiting[0]);
  if (world.kernel.state.frames.buddy.free > 0) return `[CON2] ${first} waits beside a free frame`;
  const isAsked = world.records.some(({ noticed }) => noticed > 0);
  return isAsked ? undefined : `[CON2] ${first} waits for a frame and nobody is asked for one`;
}

/** What has an end has a timer for it. */
function checkDeadlines(world: World, { lists }: Deadlines): string | undefined {
  for (let index = 0; index < world.records.length; index++) {
    const { id, noticed, status, expiresAt } = world.records[index];
    const name = nameOf(world, id);
    if (noticed > 0 && !lists[EXTRA].includes(index))
      return `[REV1] a notice to ${name} runs and has no deadline`;
    if (status === SHRINKING && !lists[SHRINK].includes(index))
      return `[CON5] the guarantee of ${name} shrinks and no timer runs for it`;
    const ends = status !== GONE && expiresAt !== Number.POSITIVE_INFINITY;
    if (ends && !lists[TERM].includes(index))
      return `[CON7] the contract of ${name} has a term and no timer runs for it`;
  }
  const { records } = world.memory.containers;
  const isLocked = records.some(({ status }) => status === CONTAINER_LOCKED);
  if (isLocked && lists[LOCK].length === 0)
    return '[CONT4] a container is locked and no timer ends the lock';
  return undefined;
}

/** A page maps a frame of its own task's, which names that very page. */
function checkMappings(world: World): string | undefined {
  const { table, frames, capabilities } = world.kernel.state;
  let mapped = 0;
  for (let at = 0; at < table.entries.length; at++) {
    if (table.entries[at] === 0) continue;
    mapped++;
    const id = FIRST + Math.floor(at / SPACE_PAGES);
    const frame = table.entries[at] >>> 8;
    const page = `page ${at % SPACE_PAGES} of ${nameOf(world, id)}`;
    if (frames.owner[frame] !== id) return `[MEM8] ${page} maps a frame that it does not hold`;
    if (frames.mappedBy[frame] !== at + 1) return `[CAP5] ${page} maps a frame beside another page`;
    const { slotFrame, slotOrder } = capabilities[id];
    if ((slotOrder[slotFrame.indexOf(frame)] & LOCKED_OUT) !== 0)
      return `[CONT8] ${page} is mapped while its frame is locked`;
  }
  for (let frame = 0; frame < frames.count; frame++)
    if (frames.mappedBy[frame] !== UNMAPPED) mapped--;
  return mapped === 0 ? undefined : '[CAP5] a frame names a page that does not map it';
}

/** Nobody's frame or block holds what another wrote. */
function checkContents(world: World): string | undefined {
  const { frames } = world.kernel.state;
  for (let frame = 0; frame < frames.count; frame++) {
    const id = frames.owner[frame];
    if (id === NOBODY) continue;
    if (isForeign(frames.stampHigh[frame], id) && !isLentTo(world, frames.stampHigh[frame], id))
      return `[MEM4] a frame of ${nameOf(world, id)} holds what another wrote`;
    // A scripted client writes to what it is granted, and swap has its pages from the first.
    const isLost = frames.stampHigh[frame] === 0 || frames.stampHigh[frame] === JUNK;
    if (isLost && world.pagers[id - FIRST] === null && !isOver(world.kernel.state.tasks[id]))
      return `[MEM4] a frame of ${nameOf(world, id)} has lost what it held`;
  }
  const { store } = world.swap;
  for (const { client, base, blocks } of store.extents)
    for (let block = base; block < base + blocks; block++)
      if (isForeign(store.stampHigh[block], client))
        return `[SWAP1] a block of ${nameOf(world, client)} holds what another wrote`;
  return undefined;
}

function isForeign(high: number, id: number): boolean {
  return high !== 0 && high !== JUNK && FIRST + Math.floor((high - 1) / SPACE_PAGES) !== id;
}
