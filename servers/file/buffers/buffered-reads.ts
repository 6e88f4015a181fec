/** Buffered reads: what of a read stands in buffers already, or is on its way there. */

import { copyThrough } from '../../../nucleus/dma-lists.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { NOTHING } from '../caching/cache.ts';
import type { Request } from '../requests.ts';
import type { FileServerState } from '../state.ts';
import { HOLE } from '../system/index.ts';
import { BAD, type BuffersState, FILLING, NO_BUFFER, unpinBuffer } from './buffers.ts';

/** Looks up each page of a read that the cache does not have, and pins the buffer that has it. */
export function pinBuffers({ buffers }: FileServerState, request: Request): void {
  const { plan, hits, buffered } = request;
  buffered.length = 0;
  if (buffers === null || buffers.free.length === buffers.count) return;
  let index = 0;
  for (let run = 0; run < plan.runs.length; run += 2)
    for (let at = 0; at < plan.runs[run + 1]; at++) {
      const isElsewhere = plan.runs[run] === HOLE || (hits[index] ?? NOTHING) !== NOTHING;
      const buffer = isElsewhere ? NO_BUFFER : buffers.bufferOf[plan.runs[run] + at];
      if (buffer !== NO_BUFFER) buffers.pins[buffer]++;
      buffered.push(buffer);
      index++;
    }
}

/** Is the device still at a buffer that the request counts on? */
export function isWaiting({ buffers }: FileServerState, { buffered }: Request): boolean {
  if (buffers === null) return false;
  const { status } = buffers;
  return buffered.some((buffer) => buffer !== NO_BUFFER && status[buffer] === FILLING);
}

/** Brings page `index` from its buffer into the client's container. */
export function copyBuffer(
  kernel: Kernel,
  { buffers, id }: FileServerState,
  { window, serial }: Request,
  index: number,
  buffer: number,
): boolean {
  const from = buffers as BuffersState;
  const page = { window: from.window, serial: from.serial, index: buffer };
  return copyThrough(kernel, id, page, { window, serial, index });
}

/** Could the device not read it? */
export function isBad({ buffers }: FileServerState, buffer: number): boolean {
  return buffers?.status[buffer] === BAD;
}

/** The request counts on no buffer any more; `used`: it has read them. */
export function unpinBuffers({ buffers }: FileServerState, request: Request, used: boolean): void {
  if (buffers === null) return;
  for (const buffer of request.buffered)
    if (buffer !== NO_BUFFER) unpinBuffer(buffers, buffer, used);
  request.buffered.length = 0;
}
