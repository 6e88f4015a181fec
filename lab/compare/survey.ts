/**
 * Survey: what is known of a scenario before its cells run: how often each task faults at each
 * number of frames, and the frames that pagers and servers take for themselves.
 */

import type { LoadedScenario } from '../scenario/load.ts';
import { planCell } from './cells.ts';
import { curveByFrames } from './guarantees.ts';
import type { Pool } from './pool.ts';

export interface Survey {
  /** By task, in frames of 4 KiB; empty when no row needs them. */
  readonly curves: readonly Float64Array[];
  /** Frames of pagers and servers under contracts; 0 when they stand outside. */
  readonly pagerFrames: number;
}

/**
 * Memory that is ample for anything: pagers take what tasks and policies ask, not what there is.
 */
const AMPLE_FRAMES = 1 << 20;

export async function survey(
  loaded: LoadedScenario,
  pool: Pool,
  rows: readonly string[],
): Promise<Survey> {
  const chosen = rows.includes('contracts') || rows.includes('contracts-undefended');
  if (!chosen && !rows.includes('contracts-equal')) return { curves: [], pagerFrames: 0 };
  const needed = chosen && loaded.guarantees.from === 'curve';
  const [curves, pagerFrames] = await Promise.all([
    needed ? policyCurves(loaded, pool) : [],
    pagerFramesOf(loaded, pool),
  ]);
  return { curves, pagerFrames };
}

/** One curve a task, of its own policy; tasks of the same program and policy share it. */
async function policyCurves(loaded: LoadedScenario, pool: Pool): Promise<Float64Array[]> {
  const known = new Map<string, Promise<Float64Array>>();
  const programs: Uint32Array[] = [];
  return Promise.all(
    loaded.tasks.map(async ({ name, references: program, policy, order }) => {
      if (!programs.includes(program.runs)) programs.push(program.runs);
      const key = JSON.stringify([programs.indexOf(program.runs), policy]);
      const job = { kind: 'curve', program, policy, task: name } as const;
      const curve = known.get(key) ?? pool.run(job, `fault curve of ${name}`);
      known.set(key, curve);
      return curveByFrames(await curve, order);
    }),
  );
}

async function pagerFramesOf(loaded: LoadedScenario, pool: Pool): Promise<number> {
  if (loaded.machine.pagerFrames === 'outside') return 0;
  const ample = planCell(loaded, 'contracts', AMPLE_FRAMES, null, false);
  return (await pool.run({ kind: 'survey', cell: ample }, 'measuring pagers')).pagerFrames;
}
