/**
 * Pages that their payer loses: at its death, and at the end of a revocation that it has not met.
 *
 * Repossession takes frames of containers that may hold extras before those of others, of either
 * from the highest container and page down, and tells each by pageLost. What others use of them
 * too they keep if they can pay for it [CONT25].
 */

import { OP } from '../../../contracts/messages.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { dropMappingsOfFrame, wasModified } from '../../../nucleus/memory-map.ts';
import { INHERITED, TAKEN } from '../../../nucleus/probe.ts';
import { observe } from '../answers.ts';
import type { Client, MemoryServerState } from '../state.ts';
import { leaveCell } from './page-frames.ts';
import { endContainer, lockIsOver } from './page-lifetimes.ts';
import { breakPageLock } from './page-pins.ts';
import {
  addPage,
  containerOfCell,
  indexOfCell,
  LOCKED,
  type Page,
  type PageContainer,
  pageAt,
  pagesOn,
  touch,
  UNUSED,
} from './page-state.ts';

/** Ends every container of a client that is dead; returns how many were locked. */
export function buryPages(kernel: Kernel, server: MemoryServerState, owner: number): number {
  let locked = 0;
  for (const container of server.pages.containers) {
    if (container.status === UNUSED || container.owner !== owner) continue;
    if (container.status === LOCKED) {
      locked++;
      if (server.planted === 'lock-outlives-owner') continue;
    }
    endContainer(kernel, server, container, INHERITED);
  }
  if (server.pages.lists.length > owner) server.pages.lists[owner] = null;
  return locked;
}

/** Takes up to `count` frames that the client pays for; returns how many are still due. */
export function takePages(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  count: number,
  extras: boolean,
): number {
  const { containers } = server.pages;
  let left = count;
  for (let id = containers.length - 1; id >= 0 && left > 0; id--) {
    const container = containers[id] as PageContainer;
    if (container.owner !== client.id || container.extras !== extras) continue;
    for (let index = container.cells.length - 1; index >= 0 && left > 0; index--) {
      const frame = pageAt(server.pages, container, index)?.frame ?? -1;
      if (frame < 0 || kernel.state.frames.owner[frame] !== client.id) continue;
      takePagesOn(kernel, server, client, frame, TAKEN);
      left--;
    }
  }
  return left;
}

/** Every cell of the client's that shows the frame is left without; it is told of each. */
export function takePagesOn(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  frame: number,
  cause: number,
): void {
  const { pages: state } = server;
  const modified = wasModified(dropMappingsOfFrame(kernel, frame));
  for (const id of [...pagesOn(state, frame)]) {
    const page = state.pages[id] as Page;
    for (const cell of [...page.cells]) {
      const container = containerOfCell(state, cell);
      if (container.owner !== client.id) continue;
      breakPageLock(kernel, server, container);
      leaveCell(kernel, server, page, cell, cause);
      addPage(state, container, indexOfCell(cell));
      touch(container);
      state.losses.push(cell);
    }
  }
  observe(kernel, client.id, { kind: 'loss', frames: 1, modified });
}

/**
 * Tells the owners of containers what has been lost in this step: one message a container, so that
 * nobody who lets go of pages that many share can flood anybody.
 */
export function tellLosses(kernel: Kernel, server: MemoryServerState): void {
  const { pages: state } = server;
  const cells = state.losses.toSorted((a, b) => a - b);
  state.losses.length = 0;
  for (let at = 0; at < cells.length; ) {
    const first = cells[at] as number;
    const container = containerOfCell(state, first);
    const start = at;
    while (at < cells.length && containerOfCell(state, cells[at] as number) === container) at++;
    if (container.status === UNUSED) continue;
    const { owner, capability } = container;
    const count = (cells[at - 1] as number) - first + 1;
    const index = indexOfCell(first);
    reply(kernel, server.id, owner, OP.pageLost, capability, index, count, at - start, 0);
  }
  // What was lost was lost from under locks, too.
  lockIsOver(kernel, server);
}
