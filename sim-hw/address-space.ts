/**
 * Address space: one task's virtual memory as the machine sees it, and how far its program has run.
 *
 * Pages have dense ids; `unitOf` says under which TLB tag and set a page is translated now:
 *
 *   31            24 23                    0
 *  +----------------+-----------------------+
 *  | low vpn bits 8 | unit key (base + id)+1 |
 *  +----------------+-----------------------+
 *
 * A 4 KiB page is its own unit. Promotion to 2 MiB rewrites `unitOf` of every page inside to the
 * key of the lowest of them. A program read in 2 MiB pages has none
 * but such units. `versions` is the truth that oracles check against: how many write
 * epochs the program has made of each page; an epoch starts at the first write after the page was
 * last mapped, made clean or read by a device.
 */

import type { ReferenceString } from './references.ts';
import { HEAP, type Room } from './room.ts';

export interface SpaceState {
  /** Number of the address space, from 0. */
  readonly id: number;
  /** Global page id of page 0. */
  readonly base: number;
  readonly pages: number;
  /** Base-2 log of the frames a page takes: 0 (4 KiB) or 9 (2 MiB). */
  readonly order: number;
  readonly unitOf: Uint32Array;
  /** 1 while a write to the page changes no bookkeeping: MODIFIED set and stamp current. */
  readonly written: Uint8Array;
  readonly versions: Uint32Array;
  /** Next run to execute, and references of it that are done already. */
  cursor: number;
  offset: number;
}

/** `room`: where the arrays lie that the hot loop reads. */
export function createSpace(
  id: number,
  base: number,
  program: ReferenceString,
  order: number,
  room: Room = HEAP,
): SpaceState {
  const pages = program.pageNumbers.length;
  const unitOf = room.words(pages);
  for (let page = 0; page < pages; page++)
    unitOf[page] = unitWord(base, page, program.pageNumbers[page] as number, order);
  return {
    id,
    base,
    pages,
    order,
    unitOf,
    written: room.bytes(pages),
    versions: new Uint32Array(pages),
    cursor: 0,
    offset: 0,
  };
}

/** Unit word of a unit of 2^order base pages whose lowest page in the program is `page`. */
export function unitWord(base: number, page: number, pageNumber: number, order: number): number {
  const unitNumber = Math.floor(pageNumber / (1 << order));
  return (((unitNumber % 256) << 24) | (base + page + 1)) >>> 0;
}
