/**
 * Held messages: where changes of translations are used after a tick only (tlb-consistency.ts), a
 * server that has taken a translation away sleeps until that tick before it goes on. It hears as
 * before; what it sends waits here, in its order. So a page is written out when nobody can write to
 * it any more.
 */

import { timerAt } from './clock.ts';
import { FAULT, type Kernel, NUCLEUS } from './kernel.ts';
import { createMessage, enqueue, type Message, newest } from './messages.ts';
import type { Processors } from './processors.ts';

/** Timer word: messages may go on. */
export const HELD_WORD = 1 << 22;

/** Whether `message` has to wait, and if so puts it by. A fault is the nucleus's word, not a server's. */
export function isHeld(kernel: Kernel, processors: Processors, message: Message): boolean {
  if (processors.passing > 0) {
    processors.passing--;
    return false;
  }
  const untilNs = processors.quietNs[message.from] ?? 0;
  if (message.op === FAULT) return false;
  // The tick may be over while what waited for it has not gone on yet: nothing overtakes that.
  const isBehind = processors.held.some((held) => held.message.from === message.from);
  if (untilNs <= kernel.state.nowNs && !isBehind) return false;
  processors.held.push({ untilNs, message: Object.assign(createMessage(), message) });
  timerAt(kernel, untilNs, NUCLEUS, HELD_WORD);
  return true;
}

/** Sends on what has waited long enough. */
export function releaseHeld({ state }: Kernel): void {
  const { processors, queue } = state;
  if (processors === null) return;
  for (const held of processors.held.splice(0)) {
    if (held.untilNs > state.nowNs) {
      processors.held.push(held);
      continue;
    }
    const { op, from, to, account, w0, w1, w2, w3, time, cameAlong } = held.message;
    enqueue(queue, op, from, to, account, w0, w1, w2, w3, time);
    newest(queue).cameAlong = cameAlong;
    processors.passing++;
  }
}
