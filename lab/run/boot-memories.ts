/**
 * Booting, memory servers behind memory servers: `memory`, which tasks deal with, stands behind
 * `memory-2`, and so on up to the one that has the machine's frames. Those above come after all
 * other tasks, so that ids are the same with and without them.
 *
 *   place 0    memory      the deepest
 *   place 1    memory-2    what place 0 is a client of
 *   ...                    the last: the machine's own
 */

import { termsSchema } from '../../contracts/terms.ts';
import type { CapabilityTable } from '../../nucleus/capabilities.ts';
import { deliverAll } from '../../nucleus/ipc.ts';
import { addTask, givePort, type Kernel, NUCLEUS } from '../../nucleus/kernel.ts';
import { memoryServerStep } from '../../servers/memory/server.ts';
import { createMemoryServerState, type MemoryServerState } from '../../servers/memory/state.ts';
import { proposeUpstream } from '../../servers/memory/upstream/asking.ts';
import { reclaim } from '../../servers/memory/upstream/reclaim.ts';
import { createUpstream } from '../../servers/memory/upstream/upstream.ts';
import type { SwapServerState } from '../../servers/swap/state.ts';
import type { CellOptions } from './cell-options.ts';
import { CENTRAL, containersFor, depthOf, MEMORY, SWAP } from './layout.ts';

/** Adds the servers above `memory` and puts every client behind the one it deals with. */
export function addMemories(options: CellOptions, kernel: Kernel, frames: number): number[] {
  const depth = depthOf(options);
  const ids = [MEMORY];
  for (let place = 1; place < depth; place++) ids.push(addAbove(options, kernel, place, frames));
  // A swap server finds the maker of a container by its number: ports in the order of places.
  if (depth > 1 && !options.disk) {
    for (const id of ids.slice(1)) givePort(kernel, SWAP, id);
    (kernel.receivers[SWAP].state as SwapServerState).memories = depth;
  }
  for (const [at, { level }] of options.tasks.entries()) {
    const { object } = kernel.state.capabilities[CENTRAL + at] as CapabilityTable;
    if (depth > 1 && level !== undefined) object[0] = ids[depth - level];
  }
  for (let place = 0; place + 1 < depth; place++) stack(options, kernel, ids, place);
  kernel.state.watchers.push(...ids.slice(1));
  return ids;
}

/** Those behind others make their contracts, from the top down; their time is nobody's. */
export function openMemories(kernel: Kernel, ids: readonly number[]): void {
  for (const id of ids.slice(0, -1).reverse()) {
    const server = kernel.receivers[id].state as MemoryServerState;
    kernel.state.account = NUCLEUS;
    if (server.upstream !== null) proposeUpstream(kernel, server, server.upstream);
    deliverAll(kernel);
  }
}

function addAbove(options: CellOptions, kernel: Kernel, place: number, frames: number): number {
  const { graceExtra, graceShrink, writeMax = 0, penalty } = options.terms;
  // Each has time to hear its own clients out within what the one above gives it.
  const terms = termsSchema.parse({
    penalty,
    graceExtra: (graceExtra + writeMax) * 2 ** place,
    graceShrink: graceShrink * 2 ** place,
  });
  const id = kernel.state.tasks.length;
  const containers = containersFor(options);
  const planted = options.planted ?? null;
  const depth = depthOf(options);
  const state = createMemoryServerState(
    id,
    frames,
    terms,
    containers,
    planted,
    'first',
    place,
    depth,
  );
  addTask(kernel, `memory-${place + 1}`, -1, { step: memoryServerStep, state });
  return id;
}

/** The server in `place` has no frames but those that the one above will grant it. */
function stack(options: CellOptions, kernel: Kernel, ids: readonly number[], place: number): void {
  const id = ids[place] as number;
  const receiver = kernel.receivers[id];
  const server = receiver.state as MemoryServerState;
  const { ledger } = server;
  // Tasks of the servers above come first; the rest is for this one, and any extras there are.
  const levels = ids.length - place;
  let guaranteed = ledger.frames;
  for (const task of options.tasks)
    if (task.level !== undefined && task.level < levels) guaranteed -= task.guaranteed;
  const wish = { guaranteed, extra: ledger.frames - guaranteed };
  const above = ids[place + 1] as number;
  const port = givePort(kernel, id, above);
  server.upstream = createUpstream(kernel.state.frames, id, above, port, wish);
  ledger.frames = 0;
  ledger.sellable = 0;
  kernel.receivers[id] = { ...receiver, reclaim };
}
