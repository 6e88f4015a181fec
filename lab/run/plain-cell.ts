/**
 * Plain cell: a task and a cell with every setting that their maker does not name, for tests,
 * benchmarks and whoever uses the laboratory as a library. Scenarios have defaults of their own
 * (lab/scenario/schema.ts).
 */

import type { Policy } from '../../contracts/policy.ts';
import { PLAIN_PAGES } from '../../paging/page-kinds.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import type { CellOptions, CellTask } from './cell-options.ts';

/** A task that is guaranteed so many frames, borrows none, and ends with its program. */
export function plainTask(
  name: string,
  program: ReferenceString,
  policy: Policy,
  guaranteed: number,
): CellTask {
  return { ...plainTaskOf(name, program, guaranteed), policy, policyParameters: {} };
}

/** The same, whatever its policy. */
export function plainTaskOf(
  name: string,
  program: ReferenceString,
  guaranteed: number,
): Omit<CellTask, 'policy' | 'policyParameters'> {
  return {
    name,
    program,
    pageBytes: 4096,
    guaranteed,
    extra: 0,
    initial: 'image',
    atEnd: 'exit',
    start: 0,
    hostile: null,
    scratch: [],
    zeroFill: true,
    renegotiate: [],
    renews: true,
    cpu: 0,
    killAt: null,
    kinds: PLAIN_PAGES,
  };
}

/** The tasks under contracts on a modern machine, all of whose frames are theirs. */
export function plainCell(tasks: readonly CellTask[], frames: number): CellOptions {
  return {
    management: 'contracts',
    machine: {
      costs: 'modern-nvme',
      pageTable: 'x86-64',
      tlb: 'skylake',
      device: 'nvme',
      frames,
      pagerFrames: 'outside',
    },
    terms: { term: 0, graceExtra: 1_000_000, graceShrink: 100_000_000, penalty: 'repossess' },
    schedule: 'slices',
    slice: 5_000_000,
    clock: 'ns',
    tasks,
    seed: 1,
    oracles: false,
    spareFrames: 0,
  };
}
