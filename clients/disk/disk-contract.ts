/**
 * A client's disk contract: beside its contract for memory it proposes one for the disk's time,
 * renews it, and proposes anew when it has run out. What its pages and files take of the disk is
 * then paid out of it, whoever asks for it on its time. Refused, it is served by best effort.
 */

import { OP } from '../../contracts/messages.ts';
import { termNow, timerAt } from '../../nucleus/clock.ts';
import { send } from '../../nucleus/ipc.ts';
import { type Kernel, NUCLEUS, TIMER } from '../../nucleus/kernel.ts';
import { START } from '../../nucleus/life.ts';
import type { Message } from '../../nucleus/messages.ts';
import type { PagerState } from '../../paging/state.ts';
import type { ClientStep, ContractWish } from '../pager/memory-control.ts';

/** Timer word: the disk contract is to be renewed. */
const RENEW_DISK = 21;

/** Times in microseconds, the term on the clock of terms. */
export interface DiskWish {
  readonly period: number;
  readonly slice: number;
  readonly laxity: number;
  readonly slack: boolean;
  readonly term: number;
  readonly renews: boolean;
  /** The disk server. */
  port: number;
  /** The timer that renews it is set. */
  renewing: boolean;
}

export interface DiskContractWish extends ContractWish {
  readonly disk: DiskWish;
}

/** Receiver step of a client that has a disk contract beside what `inner` does. */
export function diskContractStep(inner: ClientStep): ClientStep {
  return (kernel, state, message) => {
    const pager = state as PagerState;
    const { disk } = pager.owner as DiskContractWish;
    if (takeMessage(kernel, pager, disk, message)) return;
    // First: who waits for its memory has its part of the disk by then.
    if (message.from === NUCLEUS && message.op === START) propose(kernel, pager, disk);
    inner(kernel, pager, message);
  };
}

/** Handles a message about the disk contract; false: it is about something else. */
function takeMessage(
  kernel: Kernel,
  pager: PagerState,
  disk: DiskWish,
  { op, from, w0, w2, time }: Message,
): boolean {
  if (from === NUCLEUS) {
    if (op !== TIMER || w0 !== RENEW_DISK) return false;
    send(kernel, pager.id, disk.port, OP.renewDisk, 0, 0, 0, 0, 0);
    timerAt(kernel, termNow(kernel) + disk.term, pager.id, RENEW_DISK);
    return true;
  }
  if (op === OP.diskExpired) {
    disk.renewing = false;
    propose(kernel, pager, disk);
  } else if (op === OP.diskContractIs) {
    // From a quarter of the term before it ends.
    if (time > 0 && disk.renews && !disk.renewing)
      timerAt(kernel, time - Math.floor(disk.term / 4), pager.id, RENEW_DISK);
    disk.renewing = time > 0 && disk.renews;
  } else return op === OP.refused && (w2 === OP.diskContract || w2 === OP.renewDisk);
  return true;
}

function propose(kernel: Kernel, { id }: PagerState, disk: DiskWish): void {
  const { port, period, slice, laxity, slack, term } = disk;
  send(kernel, id, port, OP.diskContract, period, slice, laxity, slack ? 1 : 0, term);
}
