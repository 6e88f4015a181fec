/**
 * Primary pager: a pager whose own records are paged as its task's pages are, by a final pager behind it
 * (Walfield's self-paging libraries: `physmem`, VMM; Nemesis puts what must wait off to a worker
 * in the same way). To settle a fault it looks at the record of that page. Where the record is out it
 * can neither wait for it, for nobody else would hear the answer, nor get it in itself, for what it
 * knows of its pages is what is missing. So it puts the fault aside and serves everything else; when
 * the final pager has the record in, the fault is retried from the start [LAST9].
 *
 *   FAULT --record in--> the pager as ever
 *     |--record out--> put aside --needRecords--> final pager --recordsIn--> FAULT once more
 *
 * Left out: the records of pages that it evicts or has on their way; those it knows from its transfers.
 */

import { OP } from '../../contracts/messages.ts';
import { waitForDevice } from '../../nucleus/faults.ts';
import { send } from '../../nucleus/ipc.ts';
import { FAULT, type Kernel } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import type { PagerState } from '../../paging/state.ts';
import type { ClientStep, ContractWish } from './memory-control.ts';

export interface RecordsWish {
  /** Pages whose records fill one page. */
  readonly pagesEach: number;
  /** By page of records: 1 where it is in. */
  readonly isIn: Uint8Array;
  /** The final pager, and the port to it. */
  final: number;
  port: number;
  /** The fault that was put aside: its page, or -1; its kind; whether the page is mapped. */
  page: number;
  kind: number;
  mapped: number;
  /** Faults that were put aside. */
  putAside: number;
}

export interface PrimaryWish extends ContractWish {
  readonly records: RecordsWish;
}

/** Records of so many bytes for each of `pages` pages, all of them out. */
export function createRecords(pages: number, bytesEach: number): RecordsWish {
  const pagesEach = Math.max(1, Math.floor(4096 / bytesEach));
  const isIn = new Uint8Array(Math.ceil(pages / pagesEach));
  return { pagesEach, isIn, final: 0, port: -1, page: -1, kind: 0, mapped: 0, putAside: 0 };
}

/** Receiver step of a client whose pager is the primary one, with a final one behind it. */
export function primaryStep(inner: ClientStep): ClientStep {
  return (kernel, state, message) => {
    const pager = state as PagerState;
    const { records } = pager.owner as PrimaryWish;
    const { op, from, w0, w1 } = message;
    if (op === FAULT && from === pager.id) takeFault(kernel, pager, records, inner, message);
    else if (op === OP.recordsIn) {
      if (from === records.final) recordsIn(kernel, pager, records, inner, message, w0, w1);
    } else inner(kernel, state, message);
  };
}

function takeFault(
  kernel: Kernel,
  pager: PagerState,
  records: RecordsWish,
  inner: ClientStep,
  message: Message,
): void {
  const { w0, w1, w2 } = message;
  const needed = Math.floor(w0 / records.pagesEach);
  if (records.isIn[needed] === 1) return inner(kernel, pager, message);
  records.page = w0;
  records.kind = w1;
  records.mapped = w2;
  records.putAside++;
  send(kernel, pager.id, records.port, OP.needRecords, needed, 0, 0, 0, 0);
  waitForDevice(kernel, pager.id, pager.id);
}

/** Records are in, and those of page `out` less one are not any more: the fault is retried. */
function recordsIn(
  kernel: Kernel,
  pager: PagerState,
  records: RecordsWish,
  inner: ClientStep,
  message: Message,
  page: number,
  out: number,
): void {
  records.isIn[page] = 1;
  if (out > 0) records.isIn[out - 1] = 0;
  if (records.page < 0) return;
  const { page: w0, kind: w1, mapped: w2 } = records;
  records.page = -1;
  const again = { ...message, op: FAULT, from: pager.id, w0, w1, w2, w3: 0, cameAlong: false };
  takeFault(kernel, pager, records, inner, again);
}
