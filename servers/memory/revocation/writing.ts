/**
 * Writing: a deadline that comes while a server still moves pages of the client [REV35].
 *
 * How long a page takes to be written out is the device's affair, not the contract's: on a slow disk
 * an honest client misses a deadline that it meets on a fast one. So while a server holds a lock on
 * a container of the client's the deadline moves on by graceExtra, again and again, up to `writeMax`
 * in all. A lock is a server's doing: a client that only makes containers gains nothing, one that has
 * nothing written gains nothing, and one that writes for ever gains `writeMax`.
 */

import { termNow, timerAt } from '../../../nucleus/clock.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { observe } from '../answers.ts';
import { type Client, noticeOf } from '../client.ts';
import { CONTAINER_LOCKED, type MemoryServerState } from '../state.ts';
import { TIMER_NOTICE, timerWord } from '../timers.ts';

/** The deadline of the client's notice has come: whether it has moved on. */
export function spareWriting(kernel: Kernel, server: MemoryServerState, client: Client): boolean {
  const { writeMax = 0, graceExtra } = server.terms;
  const now = termNow(kernel);
  const notice = noticeOf(client);
  const cap = notice.deadline + writeMax;
  if (now >= cap || !isBeingMoved(server, client.id)) return false;
  const until = Math.min(now + graceExtra, cap);
  notice.sparedUntil = until;
  timerAt(kernel, until, server.id, timerWord(TIMER_NOTICE, client.id));
  observe(kernel, client.id, { kind: 'writing', until });
  return true;
}

function isBeingMoved({ containers }: MemoryServerState, id: number): boolean {
  for (const { owner, status } of containers.records)
    if (owner === id && status === CONTAINER_LOCKED) return true;
  return false;
}
