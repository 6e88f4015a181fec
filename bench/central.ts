/** Central rows: the same references and the same faults under Mach's management as under contracts. */

import { boot, type World } from '../lab/run/boot.ts';
import { runWorld } from '../lab/run/cell.ts';
import type { CellOptions } from '../lab/run/cell-options.ts';
import { ampleCell, faultCell } from './cells.ts';
import { cpuSeconds, inTurn, median, medianRatio, type Row } from './measure.ts';
import type { NamedProgram } from './speed.ts';

const ROUNDS = 5;

/** Ample memory and nothing but faults, under Mach beside contracts, in turn. */
export function centralRows(programs: readonly NamedProgram[]): Row[] {
  return [ampleRow(programs), faultRow()];
}

/** References a second under Mach with ample memory, of those under contracts: the worst trace. */
function ampleRow(programs: readonly NamedProgram[]): Row {
  const taken = inTurn(
    ROUNDS,
    programs.flatMap(({ program }) => {
      const own = withSpare(ampleCell(program));
      return [() => timeWorld(own), () => timeWorld(byMach(own))];
    }),
  );
  const speeds: number[] = [];
  const ratios: number[] = [];
  for (const [i, { program }] of programs.entries()) {
    const [own, central] = [taken[2 * i], taken[2 * i + 1]] as [number[], number[]];
    speeds.push(program.references / median(central));
    ratios.push(medianRatio(central, own));
  }
  const of = 'of the time under contracts (most over traces)';
  const ratio = Math.max(...ratios);
  return { name: 'mach-ample', value: Math.min(...speeds), unit: 'references/s', ratio, of };
}

/** Every reference faults, half of them evict a dirty page. */
function faultRow(): Row {
  const own = faultCell(4096, 40);
  let faults = 0;
  const [contracts, mach] = inTurn(2 * ROUNDS, [
    () => timeWorld(own),
    () => timeWorld(byMach(own), (world) => (faults = hardFaults(world))),
  ]) as [number[], number[]];
  const of = 'of the time under contracts';
  const ratio = medianRatio(mach, contracts);
  return { name: 'central-faults', value: faults / median(mach), unit: 'faults/s', ratio, of };
}

/** So many frames more that Mach's daemon has what it keeps free, and never runs. */
function withSpare(options: CellOptions): CellOptions {
  const { frames } = options.machine;
  return { ...options, machine: { ...options.machine, frames: frames + (frames >> 4) + 64 } };
}

/** The same tasks under Mach. */
function byMach(options: CellOptions): CellOptions {
  return { ...options, management: 'mach' };
}

function timeWorld(options: CellOptions, look: (world: World) => void = () => {}): number {
  const world = boot(options);
  const time = cpuSeconds(() => runWorld(world));
  look(world);
  return time;
}

function hardFaults({ kernel }: World): number {
  return kernel.state.tasks.reduce((sum, { hardFaults: of }) => sum + of, 0);
}
