/**
 * Requests: how one comes into the queue of whoever pays for it. Who pays is the account of its
 * message, who may touch which blocks was fixed at boot [DISK8] [DISK9]; what is refused takes no
 * record and no capability [DISK11] [DISK12].
 */

import { spanBack, spanIndex, spanLength } from '../../contracts/disk-messages.ts';
import { OP } from '../../contracts/messages.ts';
import { BUSY, NO_SUCH_BLOCK } from '../../contracts/refusals.ts';
import { type CapabilityTable, removeCapability } from '../../nucleus/capabilities.ts';
import { reply } from '../../nucleus/ipc.ts';
import { type Kernel, NUCLEUS } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import { isOver, type TaskState } from '../../nucleus/tasks.ts';
import { arrive, streamOf } from './queue.ts';
import {
  createTransfer,
  type DiskServerState,
  FREE,
  MOVING,
  placeOf,
  type Transfer,
  WAITING,
} from './server-state.ts';
import { NONE } from './state.ts';
import type { DiskCode } from './transfers.ts';

/** A request with its container: checked, and put into the queue of whoever pays. */
export function beginTransfer(
  kernel: Kernel,
  server: DiskServerState,
  code: DiskCode,
  message: Message,
  next: number,
  span: number,
): void {
  const { op, from, w0, w1, w3 } = message;
  const length = spanLength(span);
  const place = placeOf(server, from, w1, length);
  const nextPlace = next === NONE ? NONE : placeOf(server, from, next, 1);
  const isKnown = place >= 0 && (next === NONE || nextPlace >= 0);
  const transfer = take(kernel, server, message, isKnown, w3);
  if (transfer === undefined) {
    removeCapability(kernel.state.capabilities[server.id] as CapabilityTable, w0);
    return;
  }
  Object.assign(transfer, {
    phase: WAITING,
    block: place,
    left: length,
    writes: op !== OP.diskRead,
    capability: w0,
    back: spanBack(span),
    index: spanIndex(span),
    next: nextPlace,
    isOwn: false,
  });
  arrive(server.queue, code.scheduler, server.queue.requests.indexOf(transfer), kernel.state.nowNs);
}

/** Blocks that the sender will move itself: there is nothing to lock. */
export function beginOwn(
  kernel: Kernel,
  server: DiskServerState,
  code: DiskCode,
  message: Message,
): void {
  const { from, w0, w1, w2, w3 } = message;
  const place = placeOf(server, from, w0, w1);
  const transfer = take(kernel, server, message, place >= 0, w3);
  if (transfer === undefined) return;
  Object.assign(transfer, {
    phase: MOVING,
    block: place,
    left: w1,
    writes: w2 === 1,
    capability: NONE,
    back: false,
    next: NONE,
    isOwn: true,
  });
  arrive(server.queue, code.scheduler, server.queue.requests.indexOf(transfer), kernel.state.nowNs);
}

/** A record for a request of the message's account; undefined: it has been refused. */
function take(
  kernel: Kernel,
  server: DiskServerState,
  { from, account }: Message,
  isKnown: boolean,
  tag: number,
): Transfer | undefined {
  const { queue, id } = server;
  // The nucleus's own time, or that of the dead, is nobody's: the sender's own then.
  const isPaid = account !== NUCLEUS && !isOver(kernel.state.tasks[account] as TaskState);
  const stream = streamOf(queue, isPaid ? account : from);
  const { waiting, underWay } = queue.streams[stream];
  if (!isKnown || waiting.length + underWay >= server.each) {
    const reason = isKnown ? BUSY : NO_SUCH_BLOCK;
    reply(kernel, id, from, OP.diskDone, NONE, tag, reason, 0, 0);
    return undefined;
  }
  let number = queue.requests.findIndex(({ phase }) => phase === FREE);
  if (number < 0) number = queue.requests.push(createTransfer()) - 1;
  const transfer = queue.requests[number];
  // The unlock that named the last one has been heard by now.
  if (transfer.capability >= 0)
    removeCapability(kernel.state.capabilities[id] as CapabilityTable, transfer.capability);
  return Object.assign(transfer, {
    stream,
    sender: from,
    account: isPaid ? account : NUCLEUS,
    tag,
    moved: 0,
  });
}
