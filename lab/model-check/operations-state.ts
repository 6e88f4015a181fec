/**
 * Canonical state of the server that moves pages: its records of what is under way, and which of
 * them its device has in hand. Of a dead one nothing is left that anybody reads.
 */

import { listSerial } from '../../nucleus/dma-lists.ts';
import { isOver } from '../../nucleus/tasks.ts';
import { LOOKING, FREE as NO_REQUEST, READING } from '../../servers/archive/state.ts';
import { FREE } from '../../servers/swap/state.ts';
import { pushEvent } from '../../sim-hw/event-queue.ts';
import { visitFiles } from './files-state.ts';
import { cell, cellIf, type Tape } from './tape.ts';
import { SWAP, type World } from './world.ts';

/** `done`: the record whose transfer is to end first, or -1. */
export function visitOperations(tape: Tape, world: World, done: number): void {
  const { deviceEvents, tasks } = world.kernel.state;
  if (!tape.saves) deviceEvents.size = 0;
  if (isOver(tasks[SWAP])) return;
  if (world.files !== null) visitFiles(tape, world, world.files);
  else if (world.archive === null) visitTransfers(tape, world);
  else visitRequests(tape, world);
  let busy = 0;
  for (let i = 0; tape.saves && i < deviceEvents.size; i++)
    busy |= 1 << deviceEvents.bs[deviceEvents.slots[i]];
  busy = cell(tape, busy);
  if (tape.saves) return;
  deviceEvents.sequence = 0;
  for (let number = 0; busy >> number > 0; number++)
    if (((busy >> number) & 1) === 1)
      pushEvent(deviceEvents, number === done ? 1 : 2, 0, SWAP, number);
}

/** Of the swap server. */
function visitTransfers(tape: Tape, world: World): void {
  const { windowSerial } = world.kernel.state;
  for (const operation of world.swap.operations) {
    operation.kind = cell(tape, operation.kind);
    operation.capability = cell(tape, operation.capability);
    operation.previous = cell(tape, operation.previous);
    if (operation.kind === FREE) continue;
    operation.client = cell(tape, operation.client);
    operation.place = cell(tape, operation.place);
    operation.next = cell(tape, operation.next);
    operation.stored = cell(tape, operation.stored);
    operation.tag = cell(tape, operation.tag);
    operation.window = cell(tape, operation.window);
    if (operation.window < 0) continue;
    const isCurrent = operation.serial === windowSerial[operation.window] ? 1 : 0;
    const serial = cell(tape, isCurrent);
    if (!tape.saves) operation.serial = serial;
  }
}

/** Of the archive server. */
function visitRequests(tape: Tape, world: World): void {
  for (const request of world.archive?.requests ?? []) {
    request.phase = cell(tape, request.phase);
    request.capability = cell(tape, request.capability);
    request.previous = cell(tape, request.previous);
    if (request.phase === NO_REQUEST) continue;
    request.client = cell(tape, request.client);
    request.block = cell(tape, request.block);
    request.blocks = cellIf(tape, request.phase !== LOOKING, request.blocks);
    request.tag = cell(tape, request.tag);
    if (request.phase !== READING) continue;
    request.window = cell(tape, request.window);
    const isCurrent = request.serial === listSerial(world.kernel, request.window) ? 1 : 0;
    const serial = cell(tape, isCurrent);
    if (!tape.saves) request.serial = serial;
  }
}
