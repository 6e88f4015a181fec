/**
 * Books of file servers: what each has on record adds up, again and again while stirrers are at work.
 *
 *   - references to blocks, free blocks, extents, names: the file system's own check         [FILE3]
 *   - who does not cache holds no frame but its buffers                               [FILE7, FILE16]
 *   - requests and handles are as many as are counted, and no client has more than its share [FILE11]
 *   - at the end nothing is under way, and of the dead nothing is left                       [FILE10]
 */

import type { Kernel } from '../../nucleus/kernel.ts';
import { FREE } from '../../servers/file/requests.ts';
import type { FileServerState } from '../../servers/file/state.ts';
import { checkFileSystem } from '../../servers/file/system/index.ts';
import type { MemoryServerState } from '../../servers/memory/state.ts';
import { MEMORY } from '../run/layout.ts';
import { fileServersAlive, type Places } from './places.ts';

/** What is wrong with any file server, or null. */
export function lookAtFiles(kernel: Kernel, places: Places): string | null {
  for (const server of fileServersAlive(kernel, places)) {
    const wrong = lookAtServer(kernel, server);
    if (wrong !== undefined) return wrong;
  }
  return null;
}

function lookAtServer(kernel: Kernel, server: FileServerState): string | undefined {
  const { id, system, drive, requests, handles, cache, buffers } = server;
  const held = requests.table.flatMap(({ plan }) => plan.runs);
  // A block that the drive could not write stays taken until the next mount, and nobody's.
  const wrong = drive.medium.counts.errors > 0 ? undefined : checkFileSystem(system, held);
  if (wrong !== undefined) return `[FILE3] file server ${id}: ${wrong}`;
  const { clients } = kernel.receivers[MEMORY].state as MemoryServerState;
  const frames = clients[id]?.held ?? 0;
  const most = cache === null ? (buffers?.count ?? 0) : Number.POSITIVE_INFINITY;
  if (frames > most) return `[FILE7] file server ${id} holds ${frames} frames`;
  const isOff =
    isMiscounted(requests.table, requests.underWay, requests.each, ({ phase }) => phase !== FREE) ??
    isMiscounted(handles.table, handles.open, handles.each, ({ client }) => client !== 0);
  return isOff === undefined ? undefined : `[FILE11] file server ${id}: ${isOff}`;
}

function isMiscounted<T extends { readonly client: number }>(
  table: readonly T[],
  counts: readonly number[],
  each: number,
  isTaken: (one: T) => boolean,
): string | undefined {
  for (const [client, count] of counts.entries()) {
    const has = table.filter((one) => isTaken(one) && one.client === client).length;
    if (has !== (count ?? 0) || has > each)
      return `task ${client} has ${has} records, counted ${count}, of ${each} at most`;
  }
  return undefined;
}

/** What is open still when every client is gone. */
export function openInFiles(kernel: Kernel, places: Places): string[] {
  return fileServersAlive(kernel, places).flatMap(({ id, requests, handles, syncs, cache }) => {
    const open: string[] = [];
    if (requests.table.some(({ phase }) => phase !== FREE))
      open.push(`a request is under way at file server ${id}`);
    if (syncs.length > 0) open.push(`a sync waits at file server ${id}`);
    if (handles.table.some(({ client }) => client !== 0))
      open.push(`a handle is left at file server ${id}`);
    if (cache?.pins.some((pins) => pins > 0))
      open.push(`file server ${id} counts on a cached page`);
    return open;
  });
}
