/**
 * TLB reach: misses of the machine's own TLB for strings of addresses, by page size. All pages are
 * mapped before the first reference, so each miss is one walk.
 *
 *   random    20,000 addresses drawn from 1 MiB by a 32-bit xorshift, seed 99
 *   columns   a matrix of 256 x 256 doubles read along its columns, 512 KiB
 *   rows      the same along its rows
 *
 * The page table and its entries know one page size; a page of another size is one page of that.
 */

import { matrixWalk, stringOfPages } from '../../clients/programs/index.ts';
import type { SpaceState } from '../../sim-hw/address-space.ts';
import { assert } from '../../sim-hw/assert.ts';
import { PROGRAM_ENDED, runBatch, TIME_UP } from '../../sim-hw/mmu.ts';
import { WRITABLE } from '../../sim-hw/page-table/format.ts';
import { createRandom } from '../../sim-hw/random.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import { createBareKernel } from '../run/bare-kernel.ts';
import type { Measured } from '../scenario/expectations.ts';
import type { ProbedMachine } from './transfer-desk.ts';

const PAGE_SIZES = [1024, 2048, 4096, 8192, 16_384, 65_536];
const SIDE = 256;
const DOUBLE = 8;
const RANDOM_BYTES = 2 ** 20;
const RANDOM_REFERENCES = 20_000;
const SEED = 99;
/** Ticks of one batch. */
const TICKS = 2 ** 30;

const strings: Readonly<Record<string, (pageBytes: number) => ReferenceString>> = {
  random: (pageBytes) => stringOfPages(randomPages(pageBytes), 0, createRandom(0)),
  columns: (pageBytes) => matrixWalk({ ...square, along: 'columns' }, pageBytes),
  rows: (pageBytes) => matrixWalk({ ...square, along: 'rows' }, pageBytes),
};

const square = { rows: SIDE, columns: SIDE, elementBytes: DOUBLE };

/** A row for each page size; its `frames` are the bytes of a page. */
export function tlbReach(machine: ProbedMachine): Measured {
  const rows = PAGE_SIZES.map((pageBytes) => ({
    management: 'tlb',
    frames: pageBytes,
    tasks: Object.entries(strings).map(([name, stringOf]) => {
      const program = stringOf(pageBytes);
      return { name, references: program.references, misses: missesOf(machine, program) };
    }),
    totals: {},
  }));
  return { rows };
}

function randomPages(pageBytes: number): Uint32Array {
  const pages = new Uint32Array(RANDOM_REFERENCES);
  let x = SEED;
  for (let at = 0; at < pages.length; at++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x = (x ^ (x << 5)) >>> 0;
    pages[at] = Math.floor((x % RANDOM_BYTES) / pageBytes);
  }
  return pages;
}

function missesOf({ costs, format, tlb }: ProbedMachine, program: ReferenceString): number {
  const pages = program.pageNumbers.length;
  const { translation, state } = createBareKernel({
    frames: pages,
    orderMax: 0,
    clients: 1,
    program,
    format,
    costs,
    tlb,
    slice: 1000,
    windows: 8,
    messagesMax: 64,
    planted: '',
  });
  const space = state.spaces[0] as SpaceState;
  for (const [page, number] of program.pageNumbers.entries())
    format.enter(state.table, space.id, number, page, 0, WRITABLE);
  let misses = 0;
  for (;;) {
    const ended = runBatch(translation, space, program, TICKS);
    misses += state.mmu.walks;
    if (ended === PROGRAM_ENDED) return misses;
    assert(ended === TIME_UP, 'tlb reach: a page is not mapped');
  }
}
