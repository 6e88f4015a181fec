/**
 * Memory rows: bytes of the whole stack for a simulated frame and for a touched virtual page; heap
 * and array buffers at 10^6 less those at 10^5, each measured in a process of its own. The trace
 * and the policy's own state are not counted.
 */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Policy } from '../contracts/policy.ts';
import { boot } from '../lab/run/boot.ts';
import { runWorld } from '../lab/run/cell.ts';
import { packRun, type ReferenceString, WRITE } from '../sim-hw/references.ts';
import { cell, taskOf } from './cells.ts';
import type { Row } from './measure.ts';

const SMALL = 100_000;
const LARGE = 1_000_000;
const FEW_FRAMES = 1_000;

export function memoryRows(): Row[] {
  const pageBytes = (bytesAt(LARGE, FEW_FRAMES) - bytesAt(SMALL, FEW_FRAMES)) / (LARGE - SMALL);
  const both = (bytesAt(LARGE, LARGE) - bytesAt(SMALL, SMALL)) / (LARGE - SMALL);
  const of = 'of the 4096 bytes simulated';
  return [row('bytes-per-frame', both - pageBytes, of), row('bytes-per-page', pageBytes, of)];
}

function row(name: string, value: number, of: string): Row {
  return { name, value, unit: 'bytes', ratio: value / 4096, of };
}

function bytesAt(pages: number, frames: number): number {
  const file = fileURLToPath(import.meta.url);
  const args = ['--expose-gc', file, String(pages), String(frames)];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

/** Bytes that a world takes in which one task has written every one of its pages once. */
function measure(pages: number, frames: number): number {
  const runs = Uint32Array.from({ length: pages }, (_, page) => packRun(page, WRITE, 1));
  const pageNumbers = Float64Array.from({ length: pages }, (_, page) => 0x400 + page);
  const program: ReferenceString = { references: pages, runs, pageNumbers };
  const options = cell([taskOf('toucher', program, anyVictim, frames)], frames);
  const before = bytesNow();
  const world = boot(options);
  runWorld(world);
  const bytes = bytesNow() - before;
  if (world.kernel.state.references !== pages) throw new Error('bench: the run is not over');
  return bytes;
}

/** A policy with next to no state: the next page in order that may leave. */
const anyVictim: Policy = {
  name: 'any-victim',
  sight: 'none',
  summary: 'evicts the next page in order',
  create: ({ pages }) => ({ hand: 0, pages }),
  admitted: () => {},
  removed: () => {},
  victim: (state, view) => {
    const at = state as { hand: number; pages: number };
    for (let step = 0; step < at.pages; step++) {
      at.hand = (at.hand + 1) % at.pages;
      if (view.evictable(at.hand)) return at.hand;
    }
    return -1;
  },
};

function bytesNow(): number {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  console.log(measure(Number(process.argv[2]), Number(process.argv[3])));
