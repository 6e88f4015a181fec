/**
 * Memory rows: bytes of the whole stack for a simulated frame and for a touched virtual page; heap
 * and array buffers at 10^6 less those at 10^5, each measured in a process of its own. The trace
 * and the policy's own state are not counted.
 */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
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
  const file = fileURLToPath(new URL('../bench/resident.ts', import.meta.url));
  const args = ['--expose-gc', file, String(pages), String(frames)];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}
