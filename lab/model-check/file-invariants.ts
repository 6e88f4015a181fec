/**
 * Invariants of a file server: whoever dies, its records and blocks come free; it has no frame; and
 * what it answers is true.
 */

import { OP } from '../../contracts/messages.ts';
import { DONE } from '../../contracts/refusals.ts';
import { isOver } from '../../nucleus/tasks.ts';
import { FREE, LOCKING, MOVING } from '../../servers/file/requests.ts';
import { isDeathUnderWay } from './container-invariants.ts';
import { isPlanned } from './files-state.ts';
import { messageAt } from './message-state.ts';
import { MEMORY, nameOf, SWAP, type World } from './world.ts';

/** What is wrong with the state, or undefined. */
export function checkFiles(world: World): string | undefined {
  const { files, kernel } = world;
  const { tasks } = kernel.state;
  if (files === null || isOver(tasks[SWAP])) return undefined;
  if (tasks[SWAP].framesHeld > 0) return '[FILE7] the file server holds a frame';
  const { references } = files.system.space;
  let planned = 0;
  for (const [number, request] of files.requests.table.entries()) {
    if (isPlanned(request)) planned += request.plan.count;
    if (request.phase !== FREE && !isAwaited(world, number, request.phase))
      return `[FILE11] request ${number} waits for nothing, and is not over`;
  }
  for (let block = 0; block < references.length; block++)
    planned -= Math.max(0, references[block] - 1);
  if (planned !== 0) return '[FILE10] blocks are held that nobody reads, or read that nobody holds';
  for (const { client } of files.handles.table)
    if (client > 0 && isOver(tasks[client]) && !isDeathUnderWay(world, client, SWAP))
      return `[FILE10] ${nameOf(world, client)} is dead and has a file open`;
  return undefined;
}

/** Whether an answer, or the device, will go on with the request. */
function isAwaited({ kernel }: World, number: number, phase: number): boolean {
  const { queue, deviceEvents } = kernel.state;
  if (phase === MOVING) {
    for (let i = 0; i < deviceEvents.size; i++)
      if (deviceEvents.bs[deviceEvents.slots[i]] === number) return true;
    return false;
  }
  for (let place = 0; place < queue.count; place++) {
    const { op, from, to, w0, w1, w2 } = messageAt({ kernel } as World, place);
    if (from === MEMORY && to === SWAP && w0 === number) return true;
    if (from !== SWAP || to !== MEMORY) continue;
    const asks = phase === LOCKING ? op === OP.lockPages : op === OP.inspectContainer;
    if (asks && (phase === LOCKING ? w2 : w1) === number) return true;
  }
  return false;
}

/** The request whose container is not what it was when it was looked at, as the server hears; or -1. */
export function tamperedRequest(
  world: World,
  move: { op: number; to: number; w0: number; w2: number },
): number {
  const { op, to, w0, w2 } = move;
  const request = world.files?.requests.table[w0];
  if (op !== OP.locked || to !== SWAP || request?.phase !== LOCKING) return -1;
  return request.version === w2 ? -1 : w0;
}

/** What is wrong with a step, or undefined. `first`: the first message that it has sent. */
export function checkFileStep(world: World, tampered: number, first: number): string | undefined {
  const { files, kernel, happened } = world;
  if (files === null) return undefined;
  if (tampered >= 0 && files.requests.table[tampered].phase === MOVING)
    return `[FILE9] the container of request ${tampered} was changed before it was locked, and the transfer begins`;
  const { queue } = kernel.state;
  for (let place = first; place < queue.count; place++) {
    const { op, from, w1, w2 } = messageAt(world, place);
    if (op !== OP.fileDone || from !== SWAP) continue;
    const isTrue = w1 === DONE ? happened.moved === w2 && w2 > 0 : happened.moved === w2;
    if (!isTrue)
      return `[FILE7] the server answers ${w1}, ${w2} pages, and ${happened.moved} have moved`;
  }
  return undefined;
}
