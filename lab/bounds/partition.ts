/**
 * Partition: divides frames among tasks so that their faults add up to the least, given each
 * task's miss-ratio curve (optimal partitioning: Stone, Turek, Wolf, IEEE Transactions on Computers
 * 41(9), 1992; utility-based: Qureshi, Patt, MICRO 2006).
 *
 * By dynamic programming over tasks and frames, since real curves are not convex: a loop's is flat
 * up to a cliff, and a greedy rule that serves the steepest curve first can leave the cliff a few
 * frames out of reach.
 *
 * Exact when at most GRID frames are to be divided beyond the minimums. Above, frames are divided
 * in equal steps of more than one, and what is left over goes round.
 */

/** Steps in which frames are divided at most: bounds the work to GRID^2 / 2 a task. */
const GRID = 4096;

/**
 * Frames for each task. `curves[t][f]` are the faults of task t with f frames (`lruCurve`); beyond
 * its end a curve is flat. Each task gets at least `minimum` frames and no more than
 * max(minimum, its pages); the sum is the budget, or the sum of those caps where that is less.
 * Frames that save nothing go round, one each, from the first task on.
 *
 * Throws RangeError when `budget` cannot hold the minimums.
 */
export function chooseGuarantees(
  curves: readonly Float64Array[],
  budget: number,
  minimum: number,
): number[] {
  const room = budget - curves.length * minimum;
  if (!(room >= 0))
    throw new RangeError(`chooseGuarantees: ${curves.length} x ${minimum} frames exceed ${budget}`);
  const step = Math.max(1, Math.ceil(room / GRID));
  const steps = Math.floor(room / step);
  const chosen = divide(curves, steps, step, minimum);
  const frames = chosen.map((count, task) =>
    Math.min(minimum + count * step, Math.max(minimum, curves[task].length - 1)),
  );
  shareOut(curves, frames, budget);
  return frames;
}

/** Steps for each task, `steps` in all at most, with the least faults; the fewest on a tie. */
function divide(
  curves: readonly Float64Array[],
  steps: number,
  step: number,
  minimum: number,
): number[] {
  // fewest[s]: least faults of the tasks so far with s steps; choices[t][s]: what t has of them.
  let fewest = new Float64Array(steps + 1);
  const choices: Uint16Array[] = [];
  for (const curve of curves) {
    const faults = faultsBySteps(curve, steps, step, minimum);
    const choice = new Uint16Array(steps + 1);
    const following = new Float64Array(steps + 1);
    for (let all = 0; all <= steps; all++) {
      const most = Math.min(all, faults.length - 1);
      let best = fewest[all] + faults[0];
      for (let own = 1; own <= most; own++) {
        const sum = fewest[all - own] + faults[own];
        if (sum >= best) continue;
        best = sum;
        choice[all] = own;
      }
      following[all] = best;
    }
    fewest = following;
    choices.push(choice);
  }
  const chosen = new Array<number>(curves.length).fill(0);
  let left = steps;
  for (let task = curves.length - 1; task >= 0; task--) {
    chosen[task] = choices[task][left];
    left -= chosen[task];
  }
  return chosen;
}

/** The curve at the minimum and each step above it, up to where it ends. */
function faultsBySteps(
  curve: Float64Array,
  steps: number,
  step: number,
  minimum: number,
): Float64Array {
  const end = curve.length - 1;
  const useful = Math.min(steps, Math.max(0, Math.ceil((end - minimum) / step)));
  return Float64Array.from(
    { length: useful + 1 },
    (_, count) => curve[Math.min(end, minimum + count * step)],
  );
}

/** Gives what is left of the budget round, one frame each, to tasks with pages left to hold. */
function shareOut(curves: readonly Float64Array[], frames: number[], budget: number): void {
  let left = frames.reduce((rest, count) => rest - count, budget);
  for (let given = true; left > 0 && given; ) {
    given = false;
    for (let task = 0; task < frames.length && left > 0; task++) {
      if (frames[task] >= curves[task].length - 1) continue;
      frames[task]++;
      left--;
      given = true;
    }
  }
}
