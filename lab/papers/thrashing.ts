/**
 * Thrashing probe: for the program of each task, how busy the CPU is with 1 to 16 copies of it in the
 * scenario's memory, and with as many of them at a time as the rule L = S admits. A row for each
 * number of copies, which stands where sizes do; row `peak` says where the curve is highest.
 */

import { admitted, utilisation } from '../bounds/index.ts';
import type { Measured } from '../scenario/expectations.ts';
import type { LoadedScenario } from '../scenario/load.ts';

const COPIES_MAX = 16;
/** Units of CPU time for a page, where a reference is one: 6.4 of the reference. */
const SERVICE = 8;

export function thrashing({ tasks, frames: sizes }: LoadedScenario): Measured {
  const frames = sizes[0] as number;
  const numbers = Array.from({ length: COPIES_MAX }, (_, at) => at + 1);
  const curves = tasks.map(({ references }) =>
    numbers.map((copies) => utilisation(references, copies, frames, SERVICE)),
  );
  const limits = tasks.map(({ references }) => admitted(references, COPIES_MAX, frames, SERVICE));
  const row = (management: string, copies: number, of: (task: number) => object) => ({
    management,
    frames: copies,
    tasks: tasks.map(({ name }, task) => ({ name, ...of(task) })),
    totals: {},
  });
  const rows = numbers.flatMap((copies) => [
    row('all-run', copies, (task) => curves[task]?.[copies - 1] ?? {}),
    row('load-control', copies, (task) => {
      const copiesRunning = Math.min(copies, limits[task] as number);
      return { copiesRunning, ...curves[task]?.[copiesRunning - 1] };
    }),
  ]);
  const peak = row('peak', 0, (task) => {
    const curve = (curves[task] ?? []).map(({ cpu }) => cpu);
    return { copiesRunning: 1 + curve.indexOf(Math.max(...curve)) };
  });
  return { rows: [...rows, peak] };
}
