/**
 * Cells that the benchmarks run: one task with ample memory, four under pressure, a fault machine.
 */

import clock from '../clients/policies/clock.ts';
import fifo from '../clients/policies/fifo.ts';
import type { Policy } from '../contracts/policy.ts';
import type { CellOptions } from '../lab/run/cell-options.ts';
import { plainCell, plainTask } from '../lab/run/plain-cell.ts';
import { packRun, READ, type ReferenceString, WRITE } from '../sim-hw/references.ts';

/** Frames so many that nothing is ever evicted. */
export function ampleCell(program: ReferenceString): CellOptions {
  const pages = program.pageNumbers.length;
  return plainCell(
    [{ ...plainTask('ample', program, clock as Policy, pages), initial: 'zero' }],
    pages,
  );
}

/** Each task is guaranteed so many frames, and that is all there is. */
export function pressureCell(
  programs: readonly ReferenceString[],
  guarantees: readonly number[],
  oracles: boolean,
): CellOptions {
  const tasks = programs.map((program, i) =>
    plainTask(`task${i}`, program, clock as Policy, guarantees[i] as number),
  );
  const frames = tasks.reduce((sum, task) => sum + task.guaranteed, 0);
  return { ...plainCell(tasks, frames), oracles };
}

/** A loop twice as long as its frames: every reference faults, every second evicts a dirty page. */
export function faultCell(pages: number, rounds: number): CellOptions {
  const runs = new Uint32Array(pages * rounds);
  for (let i = 0; i < runs.length; i++) {
    const page = i % pages;
    runs[i] = packRun(page, page % 2 === 0 ? WRITE : READ, 1);
  }
  const program: ReferenceString = {
    references: runs.length,
    runs,
    pageNumbers: Float64Array.from({ length: pages }, (_, page) => 0x400 + page),
  };
  return plainCell([plainTask('faulter', program, fifo as Policy, pages / 2)], pages / 2);
}
