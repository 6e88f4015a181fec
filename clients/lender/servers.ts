/**
 * The servers that a lender lends to: archives, which know by the client which blocks it means, and
 * file servers, with whom its file has to be opened first.
 */

import { HINT_NONE, OP, READ } from '../../contracts/messages.ts';
import { type CapabilityTable, removeCapability } from '../../nucleus/capabilities.ts';
import { send, sendCapability } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import type { PagerState } from '../../paging/state.ts';
import { LENT_TAG, type Lending } from './state.ts';

/** Whoever is asked next time. */
export function nextServer(lending: Lending): void {
  lending.turn = (lending.turn + 1) % lending.servers.length;
}

/** Can the server be asked whose turn it is? */
export function isOpen({ files, turn }: Lending): boolean {
  const file = files[turn];
  return file === undefined || file.handle >= 0;
}

/** Asks for a handle; `fileIs` answers. False: there is nobody to ask. */
export function openFile(kernel: Kernel, { id }: PagerState, lending: Lending): boolean {
  const { servers, files, turn } = lending;
  const file = files[turn];
  if (file === undefined) return true;
  return send(kernel, id, servers[turn], OP.openFile, file.low, file.high, 0, turn, 0);
}

/** The file of server `turn` is open; false: it has no such file. */
export function fileIs({ files }: Lending, turn: number, handle: number): boolean {
  const file = files[turn];
  if (file !== undefined) file.handle = handle;
  return file !== undefined;
}

/** Tells server `turn` how its file is going to be read, if there is anything to tell. */
export function hintFile(
  kernel: Kernel,
  { id }: PagerState,
  { servers, files, hint, from, to }: Lending,
  turn: number,
): void {
  const file = files[turn];
  if (hint === HINT_NONE || file === undefined) return;
  send(kernel, id, servers[turn], OP.hintFile, file.handle, hint, from, to - from, 0);
}

/**
 * Maps the other pages of the part that a file server has just filled: whoever reads a file is going
 * to look at them, and a message costs less than a fault.
 */
export function mapAhead(kernel: Kernel, { id, memoryPort }: PagerState, lending: Lending): void {
  const { files, turn, own, part, from, to, window, page } = lending;
  if (files[turn] === undefined) return;
  const first = from + part * window;
  for (let index = 0; index < window && first + index < to; index++)
    if (first + index !== page)
      send(kernel, id, memoryPort, OP.mapPage, own, index, first + index, READ, 0);
}

/** Hands the container on, to be filled; where there is nobody to take it, it is not shared at all. */
export function handOn(kernel: Kernel, { id }: PagerState, lending: Lending, weak: number): void {
  const { servers, files, turn, from, window, wanted, request, returning } = lending;
  const op = returning ? OP.writeFile : OP.readFile;
  const page = from + wanted * window;
  const tag = LENT_TAG + request;
  const file = files[turn];
  const went =
    file === undefined
      ? sendCapability(kernel, id, servers[turn], OP.fetch, weak, page, tag, 0)
      : sendCapability(kernel, id, servers[turn], op, weak, file.handle, page, tag);
  if (!went) removeCapability(kernel.state.capabilities[id] as CapabilityTable, weak);
}
