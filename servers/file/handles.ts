/**
 * Handles: the files that clients have open. A handle is a place in one table and counts for its
 * client alone; it remembers which file it meant, so that one that was removed, and whose number was
 * given to another, is not read through it.
 */

import type { FileSystem } from './system/index.ts';
import { isFile } from './system/index.ts';

/** `client` of a handle that is free. */
const NOBODY = 0;

export interface Handle {
  client: number;
  inode: number;
  serial: number;
  hint: number;
  /** The page after the last that was read through it: is it read in order? */
  next: number;
  /** Pages that are read ahead of it, and the first that has not been asked for (read-ahead.ts). */
  window: number;
  ahead: number;
  /** Pages [from, to) that its reader says it will need, and that have not been asked for. */
  needFrom: number;
  needTo: number;
}

export interface Handles {
  readonly table: Handle[];
  readonly free: number[];
  /** Handles that one client may have. */
  readonly each: number;
  /** By client: how many it has. */
  readonly open: number[];
}

export function createHandles(count: number, each: number): Handles {
  return {
    table: Array.from({ length: count }, () => ({
      client: NOBODY,
      inode: 0,
      serial: 0,
      hint: 0,
      next: 0,
      window: 0,
      ahead: 0,
      needFrom: 0,
      needTo: 0,
    })),
    free: Array.from({ length: count }, (_, at) => count - 1 - at),
    each,
    open: [],
  };
}

/** A new handle, or -1 when there is none for this client. */
export function openHandle(
  { table, free, each, open }: Handles,
  system: FileSystem,
  client: number,
  inode: number,
): number {
  const has = open[client] ?? 0;
  if (free.length === 0 || has >= each) return -1;
  const number = free.pop() as number;
  const handle = table[number];
  handle.client = client;
  handle.inode = inode;
  handle.serial = system.inodes.serial[inode];
  handle.hint = 0;
  handle.next = 0;
  handle.window = 0;
  handle.ahead = 0;
  handle.needFrom = 0;
  handle.needTo = 0;
  open[client] = has + 1;
  return number;
}

/** The client's handle of a file that is there, or undefined. */
export function handleOf(
  { table }: Handles,
  { inodes }: FileSystem,
  client: number,
  number: number,
): Handle | undefined {
  const handle = table[number];
  if (handle === undefined || handle.client !== client) return undefined;
  const isThere = isFile(inodes, handle.inode) && inodes.serial[handle.inode] === handle.serial;
  return isThere ? handle : undefined;
}

/** False: the client has no such handle. */
export function closeHandle({ table, free, open }: Handles, client: number, number: number) {
  const handle = table[number];
  if (handle === undefined || handle.client !== client) return false;
  handle.client = NOBODY;
  free.push(number);
  open[client]--;
  return true;
}

/** The client is gone. */
export function closeAll(handles: Handles, client: number): void {
  if ((handles.open[client] ?? 0) === 0) return;
  for (let number = 0; number < handles.table.length; number++)
    closeHandle(handles, client, number);
}
