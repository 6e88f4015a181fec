/**
 * Table losses: frames given for page tables (nucleus/table-frames.ts) that are taken at the end of a
 * revocation. They come last: by then what the client had mapped has been taken, so its tables are
 * empty, and what is taken holds nothing [MEM17].
 */

import { OP } from '../../../contracts/messages.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { TAKEN } from '../../../nucleus/probe.ts';
import { dropAllMappings, type TableFrames } from '../../../nucleus/table-frames.ts';
import type { TaskState } from '../../../nucleus/tasks.ts';
import { observe } from '../answers.ts';
import { releaseSlot } from '../containers/custody.ts';
import type { Client, MemoryServerState } from '../state.ts';

/** Where tables are charged: takes up to `count` of their frames in no use; returns what is still due. */
export function takeTables(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  count: number,
): number {
  const tables = kernel.state.tables as TableFrames;
  const { space: id } = kernel.state.tasks[client.id] as TaskState;
  if (id < 0) return count;
  const given = tables.given[id] as number[];
  // What is mapped still is lent: others' frames, which the client asks for anew.
  if (client.held === given.length) dropAllMappings(kernel, client.id);
  let left = count;
  while (left > 0 && given.length > (tables.used[id] as number)) {
    const slot = given[given.length - 1] as number;
    left -= releaseSlot(kernel, server, client, slot, TAKEN);
    observe(kernel, client.id, { kind: 'loss', frames: 1, modified: false });
    reply(kernel, server.id, client.id, OP.loss, slot, left, 0, 0, 0);
  }
  return left;
}
