/**
 * Canonical state: all of a world that decides what can happen next, as a string of bytes, the same
 * for states that differ in nothing that matters; and back again.
 *
 * What is left out, and why nothing can tell the difference:
 *
 *   - the clock and all moments: deadlines.ts keeps their order, which is all that is compared
 *   - generations of containers: a capability is alive (its generation is its object's) or dead,
 *     and the dead stay dead, since a generation only rises; serials of windows the same way
 *   - timers that no longer count: see deadlines.ts
 *   - what follows from the rest: the ledger's sums, the heap of victims (server-state.ts)
 *   - what stays as it was at first, as unexplored-state.ts sees to
 *   - versions of containers: told to servers, read by none here ([CONT5], [CONT22]: step by step)
 *   - versions of pages: a stamp is of the page's last version or of an older one
 *   - hints where to begin a search (`freeHint`, `firstEmpty`): a lower bound finds the same place
 *   - who held a frame before its present holder: it is overwritten before it is read
 *   - fields of free, unlocked or finished records: written before they are read
 *   - statistics, and the account of time: every cost is 0
 *   - messages to the dead, and faults of the dead: the nucleus drops them when their turn comes;
 *     so does it with what a dead server's device has in hand, and nobody reads the server's records
 *   - the order between messages that do not share a channel: the explorer tries every order
 *   - a pager's `refusedFor` and `retries`: see pager-state.ts
 *
 * Not left out: frame numbers, slots, table places, free lists, contents, mappings.
 */

import { CONTAINER, NOTHING, PORT, WEAK_CONTAINER } from '../../nucleus/capabilities.ts';
import { isOver } from '../../nucleus/tasks.ts';
import { createDeadlines, type Deadlines, readDeadlines, visitDeadlines } from './deadlines.ts';
import { visitFrames, visitMappings, visitStore } from './memory-state.ts';
import { visitMessages } from './message-state.ts';
import { visitOperations } from './operations-state.ts';
import { visitWindowLists } from './page-containers-state.ts';
import { visitPager } from './pager-state.ts';
import { boxOf, scriptFields } from './script.ts';
import { visitServer } from './server-state.ts';
import { cell, createTape, flag, type Tape } from './tape.ts';
import { FIRST, SWAP, type World } from './world.ts';

/** A world with the tape that saves and restores it. */
export interface Codec {
  readonly world: World;
  readonly tape: Tape;
  readonly deadlines: Deadlines;
}

export function createCodec(world: World): Codec {
  return { world, tape: createTape(), deadlines: createDeadlines() };
}

/** Saves the world's state to the tape; returns its length. */
export function save(codec: Codec): number {
  const { tape, world, deadlines } = codec;
  tape.saves = true;
  tape.at = 0;
  readDeadlines(world, deadlines);
  visit(codec, -1, 0, -1);
  return tape.at;
}

/**
 * Makes the world the state at `bytes[at...]`, with the deadline of kind `next` (of OTHER: number
 * `which`) the first to come, and the transfer at place `done` the first to end.
 */
export function restore(
  codec: Codec,
  bytes: Uint8Array,
  at: number,
  next = -1,
  which = 0,
  done = -1,
): void {
  const { tape } = codec;
  const own = tape.bytes;
  tape.saves = false;
  tape.bytes = bytes;
  tape.at = at;
  const { state } = codec.world.kernel;
  state.nowNs = 0;
  state.account = 0;
  visit(codec, next, which, done);
  tape.bytes = own;
}

function visit({ world, tape, deadlines }: Codec, next: number, which: number, done: number): void {
  visitTasks(tape, world);
  visitDeadlines(tape, world, deadlines, next, which);
  visitServer(tape, world, next);
  for (let id = SWAP; id < FIRST + world.records.length; id++) visitCapabilities(tape, world, id);
  visitWindows(tape, world);
  visitWindowLists(tape, world);
  visitFrames(tape, world);
  visitMappings(tape, world);
  visitStore(tape, world);
  visitOperations(tape, world, done);
  visitMessages(tape, world);
  for (let index = 0; index < world.scripts.length; index++) visitClient(tape, world, index);
}

function visitTasks(tape: Tape, world: World): void {
  const { tasks } = world.kernel.state;
  for (let id = SWAP; id < tasks.length; id++) {
    const task = tasks[id];
    task.status = cell(tape, task.status);
    task.receiving = flag(tape, task.receiving);
    if (tape.saves) continue;
    task.sinceNs = 0;
    task.chargedNs = 0;
    task.framesSinceNs = 0;
  }
}

function visitCapabilities(tape: Tape, world: World, id: number): void {
  const table = world.kernel.state.capabilities[id];
  const { pages, containers } = world.memory;
  const { records } = containers;
  let last = 0;
  for (let left = tape.saves ? table.objects : 0; left > 0; last++)
    if (table.kind[last] !== NOTHING) left--;
  const length = cell(tape, last);
  if (!tape.saves) {
    // What stands beyond is left over from another state.
    table.kind.fill(NOTHING, length);
    table.firstEmpty = 0;
    table.objects = 0;
  }
  for (let slot = 0; slot < length; slot++) {
    const kind = cell(tape, table.kind[slot]);
    table.kind[slot] = kind;
    if (kind === NOTHING) continue;
    table.objects += tape.saves ? 0 : 1;
    table.object[slot] = cell(tape, table.object[slot]);
    if (kind === PORT) continue;
    const isOfContainer = kind === CONTAINER || kind === WEAK_CONTAINER;
    const { generation } = (isOfContainer ? records : pages.containers)[table.object[slot]];
    const lives = cell(tape, table.generation[slot] === generation ? 1 : 0);
    if (!tape.saves) table.generation[slot] = lives;
  }
}

function visitWindows(tape: Tape, world: World): void {
  const { windowFrame, windowHolder, windowSerial } = world.kernel.state;
  for (let window = 0; window < windowFrame.length; window++) {
    windowFrame[window] = cell(tape, windowFrame[window]);
    windowHolder[window] = cell(tape, windowHolder[window]);
    if (!tape.saves) windowSerial[window] = 1;
  }
}

function visitClient(tape: Tape, world: World, index: number): void {
  const pager = world.pagers[index];
  if (pager !== null) return visitPager(tape, pager);
  const script = world.scripts[index];
  if (isOver(world.kernel.state.tasks[FIRST + index])) return;
  if (tape.saves) forget(world, index);
  for (const field of scriptFields) script[field] = cell(tape, script[field]);
}

/** What a client would see to be over, if it looked at its own tables. */
function forget(world: World, index: number): void {
  const script = world.scripts[index];
  const { slotFrame, slots } = world.kernel.state.capabilities[FIRST + index];
  for (let slot = 0; slot < slots; slot++) if (slotFrame[slot] < 0) script.known &= ~(1 << slot);
  if (boxOf(world, index) >= 0) return;
  script.box = 0;
  script.weak = 0;
  script.cancelling = 0;
}
