/** From above: the messages of the server that a stacked server is a client of. */

import { OP } from '../../../contracts/messages.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import type { Message } from '../../../nucleus/messages.ts';
import type { MemoryServerState } from '../state.ts';
import {
  askForFrames,
  framesCame,
  framesRefused,
  proposeLater,
  proposeUpstream,
} from './asking.ts';
import { noticeFromAbove } from './paying.ts';
import { resellAtMost } from './reselling.ts';
import type { UpstreamState } from './upstream.ts';

/** Whatever the server above says; what concerns no stacked server is not heard. */
export function messageFromAbove(
  kernel: Kernel,
  server: MemoryServerState,
  up: UpstreamState,
  { op, w0, w1, w2, time }: Message,
): void {
  switch (op) {
    case OP.contractIs:
      return contractFromAbove(kernel, server, up, w1, w2);
    case OP.shrinkIs:
      up.extra = Math.min(up.extra, w1);
      return resellAtMost(kernel, server, Math.min(up.guaranteed, w0));
    case OP.expired:
      contractFromAbove(kernel, server, up, 0, 0);
      return proposeUpstream(kernel, server, up);
    case OP.reserved:
      framesCame(kernel, server, up, w1, w2);
      return askForFrames(kernel, server, up);
    case OP.granted:
      framesCame(kernel, server, up, w1, 0);
      return askForFrames(kernel, server, up);
    case OP.notice:
      return noticeFromAbove(server, up, w0, w1, time);
    case OP.refused:
      if (w2 === OP.contract) proposeLater(kernel, server);
      else if (w2 === OP.reserveRun || w2 === OP.allocate) {
        framesRefused(kernel, server, up);
        askForFrames(kernel, server, up);
      }
      return;
    case OP.loss:
      return askForFrames(kernel, server, up);
  }
}

function contractFromAbove(
  kernel: Kernel,
  server: MemoryServerState,
  up: UpstreamState,
  guaranteed: number,
  extra: number,
): void {
  up.guaranteed = guaranteed;
  up.extra = extra;
  up.order = up.pool.buddy.orderMax;
  resellAtMost(kernel, server, guaranteed);
  askForFrames(kernel, server, up);
}
