/**
 * Data of no use (SPEC [CONT29]): a page that is to be filled anew need not be copied first.
 *
 *   release   lets go of a frame that others have too, if one of those who stay can pay for it; a
 *             frame of the page's own stays where it is, contents and all
 *   orphan    lets go of the frame in any case, own or shared, and of paying for it
 *
 * Either way the page stays in its cell; without a frame it gets one, of zeros, at its next use.
 */

import { OP } from '../../../contracts/messages.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import type { MemoryServerState } from '../state.ts';
import { canRelease, isShared, releaseFrame } from './page-frames.ts';
import { answer, ready } from './page-grants.ts';
import { NONE_THERE, pageAt, touchPage } from './page-state.ts';

export function releaseData(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
  start: number,
  count: number,
  op: number,
): void {
  const container = ready(kernel, server, from, capability, start, count, op);
  if (container === null) return;
  let done = 0;
  for (let index = start; index < start + count; index++) {
    const page = pageAt(server.pages, container, index);
    if (page === null || page.frame === NONE_THERE || page.pins > 0) continue;
    if (op === OP.releaseData) {
      if (!isShared(server, page) || !canRelease(kernel, server, page)) continue;
    }
    touchPage(server.pages, page);
    releaseFrame(kernel, server, page);
    done++;
  }
  answer(kernel, server, from, capability, op, done, container);
}
