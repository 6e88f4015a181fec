/**
 * Buffer transfer: what it costs to bring a page that one task writes before the eyes of another, by
 * each way that containers of pages have (after fbufs, Druschel and Peterson 1993).
 *
 *   reuse     both keep their mappings, and the receiver reads what is volatile: nothing is changed
 *   volatile  the receiver maps for reading, the originator may write on
 *   cached    both keep their mappings; a lock's end takes the right to write, a map gives it back
 *   share     the receiver maps for reading, which takes the originator's right to write (CONT31)
 *   cow       a logical copy, mapped for reading; dropped, and the originator may write again
 *   copy      the contents, into a buffer that the receiver has and keeps mapped (CONT45)
 *
 * Counted from when the originator writes a word of the page until the receiver has read it, walks
 * for the TLB included, and where the originator keeps its buffer until it may write again. Two sizes
 * of buffer are taken and their difference told, so what a transfer costs once (messages, locks) falls
 * out, as in the paper's increments. Left out: making and mapping a buffer that is not kept (volatile,
 * share), and misses of caches for the words that are touched, since the machine has no caches.
 */

import {
  ALLOCATE_ALL,
  COPY,
  FILL,
  OP,
  READ,
  READ_VOLATILE,
  WRITE,
} from '../../contracts/messages.ts';
import { assert } from '../../sim-hw/assert.ts';
import { READ as READS, WRITE as WRITES } from '../../sim-hw/references.ts';
import type { Measured } from '../scenario/expectations.ts';
import {
  createDesk,
  type Desk,
  FRAMES,
  handOf,
  hasArrived,
  LARGE,
  LOCK_NS,
  lend,
  ORIGINATOR,
  type ProbedMachine,
  RECEIVER,
  SMALL,
  say,
  touch,
} from './transfer-desk.ts';

/** Each sets the buffer up, and returns what transfers it. */
const ways: Readonly<Record<string, (desk: Desk) => () => void>> = {
  reuse,
  volatile,
  cached,
  share,
  cow,
  copy,
};

/** By way, as a task of one row: nanoseconds a page. */
export function bufferTransfer(machine: ProbedMachine): Measured {
  const tasks = Object.keys(ways).map((name) => {
    const more = transferNs(machine, name, LARGE) - transferNs(machine, name, SMALL);
    return { name, pageNs: more / (LARGE - SMALL) };
  });
  return { rows: [{ management: 'transfer', frames: FRAMES, tasks, totals: {} }] };
}

function transferNs(machine: ProbedMachine, way: string, pages: number): number {
  const desk = createDesk(machine, pages);
  const { kernel } = desk;
  const pass = (ways[way] as (typeof ways)[string])(desk);
  const before = kernel.state.nowNs;
  pass();
  const tookNs = kernel.state.nowNs - before;
  for (const task of [ORIGINATOR, RECEIVER])
    assert(handOf(kernel, task).refused === 0, `buffer transfer: ${way} was refused`);
  return tookNs;
}

function reuse(desk: Desk): () => void {
  const { weak } = buffer(desk);
  receive(desk, weak, READ_VOLATILE);
  return () => writeAndRead(desk, () => {});
}

function volatile(desk: Desk): () => void {
  const { weak } = buffer(desk);
  return () => writeAndRead(desk, () => receive(desk, weak, READ_VOLATILE));
}

function cached(desk: Desk): () => void {
  const { kernel } = desk;
  const { own, weak } = buffer(desk);
  receive(desk, weak, READ_VOLATILE);
  return () => {
    writeAndRead(desk, () => {
      say(kernel, RECEIVER, OP.lockPages, weak, 0, 0, 0, LOCK_NS);
      say(kernel, RECEIVER, OP.unlockContainer, weak, 0, 0, 0);
    });
    keep(desk, own);
  };
}

function share(desk: Desk): () => void {
  const { weak } = buffer(desk);
  return () => writeAndRead(desk, () => receive(desk, weak, READ));
}

function cow(desk: Desk): () => void {
  const { kernel, pages } = desk;
  const { own, weak } = buffer(desk);
  const into = opened(desk);
  return () => {
    writeAndRead(desk, () => {
      transfer(desk, weak, into, COPY);
      receive(desk, into, READ);
    });
    say(kernel, RECEIVER, OP.deallocatePages, into, 0, pages, 0);
    keep(desk, own);
  };
}

function copy(desk: Desk): () => void {
  const { weak } = buffer(desk);
  const into = opened(desk);
  say(desk.kernel, RECEIVER, OP.allocatePages, into, 0, desk.pages, ALLOCATE_ALL);
  receive(desk, into, READ);
  return () => writeAndRead(desk, () => transfer(desk, weak, into, FILL));
}

/** An empty container of the receiver's, with room for a buffer. */
function opened({ kernel, pages }: Desk): number {
  say(kernel, RECEIVER, OP.openContainer, pages, -1, 0, 0);
  return handOf(kernel, RECEIVER).own.at(-1) as number;
}

function transfer({ kernel, pages }: Desk, from: number, into: number, how: number): void {
  say(kernel, RECEIVER, OP.fromPages, from, 0, pages, 0);
  say(kernel, RECEIVER, OP.intoPages, into, 0, pages, 0);
  say(kernel, RECEIVER, OP.transferPages, how, 0, 0, 0);
}

/** The originator's buffer, mapped for writing there, and the receiver's capability. */
function buffer(desk: Desk): { own: number; weak: number } {
  const made = lend(desk, ORIGINATOR, RECEIVER);
  keep(desk, made.own);
  return made;
}

/** The originator may write to its buffer, now or again. */
function keep({ kernel, pages }: Desk, own: number): void {
  say(kernel, ORIGINATOR, OP.mapPages, own, 0, pages, WRITE);
}

function receive({ kernel, pages }: Desk, capability: number, access: number): void {
  say(kernel, RECEIVER, OP.mapPages, capability, 0, pages, access);
}

/** The originator writes, `hand` hands over, the receiver reads what has been written. */
function writeAndRead(desk: Desk, hand: () => void): void {
  touch(desk, ORIGINATOR, WRITES);
  hand();
  touch(desk, RECEIVER, READS);
  for (let page = 0; page < desk.pages; page++)
    assert(hasArrived(desk.kernel, page), 'buffer transfer: a page has not arrived');
}
