/**
 * Divisions: what dividing memory among tasks costs, and what it costs not to, apart from who answers
 * faults and what that takes. Faults alone, each program once, by offline curves:
 *
 *   shared    one LRU for all in all of memory, programs by turns: nobody has a part of his own
 *   divided   LRU for each in the best fixed division there is
 *   equal     LRU for each in equal parts
 *   own       the tasks' own policies in the division that is best for them, at most
 *
 * divided / shared is the partition loss: above 1 a division that stays has cost something, below 1
 * it has kept one task from pushing out what another needs. own / divided is what choosing for
 * oneself is worth. All of memory is divided, pagers' frames too.
 */

import type { ReferenceString } from '../../sim-hw/references.ts';
import { chooseGuarantees, sharedLruCurve, TOGETHER_MAX } from '../bounds/index.ts';
import { fastLruCurve } from '../kernels/lru-curve.ts';

export interface Division {
  readonly frames: number;
  /** Null where the programs are too long to be laid beside one another. */
  readonly shared: number | null;
  readonly divided: number;
  readonly equal: number;
  /** Null where no curves of own policies are known. */
  readonly own: number | null;
}

/** Frames that each task has at least. */
const LEAST = 4;

/** At each memory size. `ownCurves` as `policyCurve` returns them, or none. */
export function divisions(
  programs: readonly ReferenceString[],
  ownCurves: readonly Float64Array[],
  sizes: readonly number[],
): Division[] {
  const together = programs.reduce((sum, { references }) => sum + references, 0);
  const shared = together > TOGETHER_MAX ? null : sharedLruCurve(programs);
  const curves = programs.map(({ runs, pageNumbers }) => fastLruCurve(runs, pageNumbers.length));
  return sizes.map((frames) => {
    const best = (of: readonly Float64Array[]) =>
      faultsIn(of, chooseGuarantees(of, Math.max(frames, LEAST * of.length), LEAST));
    const part = Math.floor(frames / programs.length);
    return {
      frames,
      shared: shared === null ? null : faultsAt(shared, frames),
      divided: best(curves),
      equal: faultsIn(
        curves,
        curves.map(() => part),
      ),
      own: ownCurves.length === 0 ? null : best(ownCurves),
    };
  });
}

function faultsIn(curves: readonly Float64Array[], parts: readonly number[]): number {
  return curves.reduce((sum, curve, task) => sum + faultsAt(curve, parts[task] as number), 0);
}

/** Beyond its end a curve is flat. */
function faultsAt(curve: Float64Array, frames: number): number {
  return curve[Math.min(frames, curve.length - 1)] as number;
}
