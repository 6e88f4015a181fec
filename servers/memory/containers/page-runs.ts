/**
 * Runs and pages: from the own table into a container of pages, and out again [CONT19]. Either way
 * they stay held and counted, and lose their mapping.
 */

import { OP } from '../../../contracts/messages.ts';
import {
  IN_USE,
  LOCKED_NOW,
  NO_SUCH_CONTAINER,
  NO_SUCH_PAGE,
  NO_SUCH_SLOT,
  OVER_CONTRACT,
} from '../../../contracts/refusals.ts';
import {
  addFrames,
  type CapabilityTable,
  frameAt,
  IN_CONTAINER,
  orderAt,
  PAGES,
  removeFrames,
} from '../../../nucleus/capabilities.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { dropMappingsOfFrame } from '../../../nucleus/memory-map.ts';
import { refuseAt } from '../answers.ts';
import { clientOf, type MemoryServerState } from '../state.ts';
import { forgetWire } from '../wiring.ts';
import { resolvePages } from './page-containers.ts';
import { makeOwn } from './page-frames.ts';
import { answer, ready } from './page-grants.ts';
import {
  addPage,
  bind,
  cellOf,
  LOCKED,
  NONE_THERE,
  pageAt,
  removeCell,
  touch,
  unbind,
} from './page-state.ts';

/** The runs of `count` slots from `slot` on, from page `start` on: all of them or none. */
export function putRuns(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
  start: number,
  slot: number,
  count: number,
): void {
  const op = OP.putRuns;
  const container = ready(kernel, server, from, capability, start, 1, op);
  if (container === null) return;
  const no = (reason: number, index: number) =>
    refuseAt(kernel, server, from, capability, reason, op, index);
  const table = kernel.state.capabilities[from] as CapabilityTable;
  let end = start;
  for (let at = slot; at < slot + count; at++) {
    if (frameAt(table, at) < 0 || container.owner !== from) return no(NO_SUCH_SLOT, end);
    if (((table.slotOrder[at] as number) & IN_CONTAINER) !== 0) return no(IN_USE, end);
    end += 1 << orderAt(table, at);
  }
  if (end > container.cells.length) return no(NO_SUCH_PAGE, container.cells.length);
  const taken = container.cells.findIndex((id, i) => i >= start && i < end && id !== NONE_THERE);
  if (taken >= 0) return no(IN_USE, taken);
  const client = clientOf(server, from);
  if (!container.extras && client.held > client.guaranteed) return no(OVER_CONTRACT, start);
  let index = start;
  for (let at = slot; at < slot + count; at++) {
    const first = frameAt(table, at);
    const frames = 1 << orderAt(table, at);
    dropMappingsOfFrame(kernel, first);
    forgetWire(kernel, server, from, at);
    removeFrames(table, at);
    for (let frame = first; frame < first + frames; frame++)
      bind(server.pages, addPage(server.pages, container, index++), frame);
  }
  touch(container);
  answer(kernel, server, from, capability, op, end - start, container);
}

/** Page `index` into an own slot, with a frame of its own: `granted`. */
export function takeOut(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
  index: number,
  tag: number,
): void {
  const { pages: state } = server;
  const container = resolvePages(kernel, server, from, capability, PAGES);
  const no = (reason: number) => refuseAt(kernel, server, from, tag, reason, OP.takeOut, index);
  if (container === null || container.owner !== from) return no(NO_SUCH_CONTAINER);
  if (container.status === LOCKED) return no(LOCKED_NOW);
  const page = pageAt(state, container, index);
  if (page === null || page.frame === NONE_THERE) return no(NO_SUCH_PAGE);
  if (page.cells.length > 1) return no(IN_USE);
  const reason = makeOwn(kernel, server, container, page);
  if (reason !== 0) return no(reason);
  const { frame } = page;
  dropMappingsOfFrame(kernel, frame);
  container.cells[index] = NONE_THERE;
  removeCell(state, page, cellOf(container, index));
  unbind(state, page);
  touch(container);
  const slot = addFrames(kernel.state.capabilities[from] as CapabilityTable, frame, 0);
  reply(kernel, server.id, from, OP.granted, tag, slot, 0, 0, 0);
}
