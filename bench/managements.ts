/** Management rows: the faults of a crowd of tasks under each central management, beside Mach's. */

import clock from '../clients/policies/clock.ts';
import type { Policy } from '../contracts/policy.ts';
import { boot, type World } from '../lab/run/boot.ts';
import { runWorld } from '../lab/run/cell.ts';
import type { CellOptions } from '../lab/run/cell-options.ts';
import { type CentralName, centralNames } from '../lab/run/centrals.ts';
import { plainCell, plainTask } from '../lab/run/plain-cell.ts';
import { createRandom, nextBelow } from '../sim-hw/random.ts';
import { packRun, READ, type ReferenceString, WRITE } from '../sim-hw/references.ts';
import { cpuSeconds, inTurn, median, medianRatio, type Row } from './measure.ts';

const ROUNDS = 3;
const WARM_UPS = 1;
const TASKS = 32;
const PAGES = 128;
const FRAMES = 2048;
const REFERENCES = 2500;

/** Faults a second under each management; the ratio is that of time a fault to Mach's. */
export function managementRows(): Row[] {
  const programs = Array.from({ length: TASKS }, (_, seed) => atRandom(seed));
  const faults = centralNames.map(() => 0);
  const taken = inTurn(
    ROUNDS,
    centralNames.map((name, at) => () => {
      const world = boot(crowdUnder(name, programs));
      const seconds = cpuSeconds(() => runWorld(world));
      faults[at] = hardFaults(world);
      return seconds / faults[at];
    }),
    WARM_UPS,
  );
  const mach = taken[centralNames.indexOf('mach')];
  return centralNames.map((name, at) => ({
    name: `faults-${name}`,
    value: 1 / median(taken[at]),
    unit: 'faults/s',
    ratio: medianRatio(taken[at], mach),
    of: 'of the time a fault takes under mach',
  }));
}

/** Twice as many pages as frames; load control would let few tasks run, and those not fault. */
function crowdUnder(name: CentralName, programs: readonly ReferenceString[]): CellOptions {
  const tasks = programs.map((program, at) =>
    plainTask(`task${at}`, program, clock as Policy, FRAMES / TASKS),
  );
  const central = {
    kernel: 'servers',
    defaultPager: 'server',
    pager: 'kernel',
    parameters: { 'working-set': { load: 0 }, pff: { load: 0 } },
  } as const;
  return { ...plainCell(tasks, FRAMES), management: name, slice: 50_000, central };
}

/** References to pages at random, half of them writes, so that half of the faults write a page. */
function atRandom(seed: number): ReferenceString {
  const random = createRandom(seed);
  const runs = Uint32Array.from({ length: REFERENCES }, () =>
    packRun(nextBelow(random, PAGES), nextBelow(random, 2) === 0 ? READ : WRITE, 1),
  );
  return {
    references: REFERENCES,
    runs,
    pageNumbers: Float64Array.from({ length: PAGES }, (_, page) => 0x400 + page),
  };
}

function hardFaults({ kernel }: World): number {
  return kernel.state.tasks.reduce((sum, { hardFaults: of }) => sum + of, 0);
}
