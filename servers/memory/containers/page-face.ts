/**
 * The face of containers of pages: each of their messages to the room that serves it. The messages
 * that both kinds of container know (share, cancel, unlock) come by way of the other kind's.
 */

import { OP } from '../../../contracts/messages.ts';
import { MALFORMED, NO_SUCH_CONTAINER } from '../../../contracts/refusals.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import type { Message } from '../../../nucleus/messages.ts';
import { refuse } from '../answers.ts';
import type { MemoryServerState } from '../state.ts';
import { transferPages } from './copies.ts';
import { dropContainer, openContainer, resolveEither, sealContainer } from './page-containers.ts';
import { releaseData } from './page-data.ts';
import { allocatePages, deallocatePages, placePages } from './page-grants.ts';
import { lockPages } from './page-locks.ts';
import { mapPage, mapPages, tellShares, unmapPages } from './page-maps.ts';
import { putRuns, takeOut } from './page-runs.ts';
import { listPages } from './transfer-lists.ts';

export function servePages(kernel: Kernel, server: MemoryServerState, message: Message): void {
  const { op, from, w0, w1, w2, w3, time } = message;
  switch (op) {
    case OP.openContainer:
      return openContainer(kernel, server, from, w0, w1, w2, w3, time);
    case OP.sealContainer:
      return sealContainer(kernel, server, from, w0, time, w1);
    case OP.putRuns:
      return putRuns(kernel, server, from, w0, w1, w2, w3);
    case OP.takeOut:
      return takeOut(kernel, server, from, w0, w1, w2);
    case OP.placePages:
      return placePages(kernel, server, from, w0, w1, w2, w3);
    case OP.allocatePages:
      return allocatePages(kernel, server, from, w0, w1, w2, w3);
    case OP.deallocatePages:
      return deallocatePages(kernel, server, from, w0, w1, w2);
    case OP.fromPages:
    case OP.intoPages:
      return listPages(kernel, server, from, { container: w0, start: w1, count: w2 }, op);
    case OP.transferPages:
      return transferPages(kernel, server, from, w0, w1);
    case OP.releaseData:
    case OP.orphanData:
      return releaseData(kernel, server, from, w0, w1, w2, op);
    case OP.mapPage:
      return mapPage(kernel, server, from, w0, w1, w2, w3);
    case OP.mapPages:
      return mapPages(kernel, server, from, w0, w1, w2, w3);
    case OP.unmapPages:
      return unmapPages(kernel, server, from, w0);
    case OP.lockPages:
      return lockPages(kernel, server, from, w0, w1, time, w2);
    case OP.dropContainer:
      return dropContainer(kernel, server, from, w0);
    case OP.inspectContainer:
      return inspectContainer(kernel, server, from, w0, w1);
    case OP.askShares:
      return tellShares(kernel, server, from, w0);
    default:
      return refuse(kernel, server, from, 0, MALFORMED, op);
  }
}

/** How many pages there are room for, how many are there, and the version [CONT22]. */
function inspectContainer(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
  tag: number,
): void {
  const container = resolveEither(kernel, server, from, capability);
  if (container === null)
    return refuse(kernel, server, from, tag, NO_SUCH_CONTAINER, OP.inspectContainer);
  const { cells, version } = container;
  const there = cells.filter((id) => id >= 0).length;
  reply(kernel, server.id, from, OP.containerStands, tag, cells.length, there, version, 0);
}
