/**
 * Fuzzing: hostile scenarios drawn from seeds, each run in two phases under every oracle. A seed is
 * the whole scenario: the command that a violation prints runs the very same thing again.
 */

import type { PagerState } from '../../paging/state.ts';
import type { MemoryServerState, PlantedBug } from '../../servers/memory/state.ts';
import { boot } from '../run/boot.ts';
import { openMemories } from '../run/boot-memories.ts';
import { openSwapFrames } from '../run/boot-swap.ts';
import { watch } from '../run/watch.ts';
import { besideOf } from './beside.ts';
import { type Counts, count, countDrawn, createCounts } from './counts.ts';
import { type Drawn, draw } from './draw.ts';
import { runPhases } from './phases.ts';
import { placeServers } from './places.ts';
import { type FuzzViolation, fuzzText } from './report.ts';
import type { Fault } from './unsettled.ts';

export interface FuzzOptions {
  readonly seeds: number;
  /** The first seed; default 0. */
  readonly seedBase?: number;
  /** `text` is one JSON document. */
  readonly json?: boolean;
  /** Test only: one rule is off, and the first violation ends the run. */
  readonly planted?: PlantedBug;
  /** Called after each seed. */
  readonly progress?: (done: number, seeds: number) => void;
}

export interface FuzzResult {
  readonly seeds: number;
  readonly violations: readonly FuzzViolation[];
  readonly counts: Counts;
  /** What to print, without the last newline. */
  readonly text: string;
}

/** Runs `seeds` scenarios from `seedBase` on. */
export function runFuzz(options: FuzzOptions): FuzzResult {
  const { seeds, seedBase = 0, planted, progress } = options;
  const counts = createCounts();
  const violations: FuzzViolation[] = [];
  let done = 0;
  while (done < seeds) {
    const seed = seedBase + done++;
    const fault = runSeed(seed, counts, planted);
    progress?.(done, seeds);
    if (fault === null) continue;
    const command = commandOf(seed, planted);
    violations.push({ seed, oracle: fault.oracle, command, what: fault.what });
    if (planted !== undefined) break;
  }
  const text = fuzzText(done, seedBase, violations, counts, options.json === true);
  return { seeds: done, violations, counts, text };
}

/** What to type to see the same again. */
function commandOf(seed: number, planted: PlantedBug | undefined): string {
  const switched = planted === undefined ? '' : ` --planted ${planted}`;
  return `npx leasehold fuzz --seed-base ${seed} --seeds 1${switched}`;
}

/** Runs one seed; what it counts goes into `counts`. */
function runSeed(seed: number, counts: Counts, planted?: PlantedBug): Fault | null {
  return runDrawn(draw(seed), counts, planted);
}

function runDrawn(drawn: Drawn, counts: Counts, planted?: PlantedBug): Fault | null {
  const plan = planted === undefined ? {} : { planted };
  const world = boot({ ...drawn.options, ...plan, observer: (event) => count(counts, event) });
  const places = placeServers(world, drawn.stir.files);
  const oracles = watch(world);
  if (oracles === null) return null;
  const { stirrers, beside } = besideOf(world, places, oracles, drawn, counts);
  try {
    openMemories(world.kernel, world.memories);
    openSwapFrames(world.kernel);
    return runPhases(world, places, oracles, drawn.calmAt, beside);
  } catch (error) {
    // A broken invariant, a policy's fault or a plain defect: all of them are findings here.
    const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { oracle: 'invariant', what };
  } finally {
    counts.references += world.kernel.state.references;
    for (const id of world.memories) {
      const { pages } = world.kernel.receivers[id].state as MemoryServerState;
      counts.remaps += pages.remaps;
      counts.beside += pages.beside;
    }
    for (const most of world.kernel.state.tables?.most ?? []) counts.tableFrames += most;
    for (const id of world.clients) {
      const { superpages } = world.kernel.receivers[id].state as Partial<PagerState>;
      counts.promotions += superpages?.counts.promoted ?? 0;
      counts.demotions += superpages?.counts.demoted ?? 0;
    }
    countDrawn(counts, drawn.options);
    for (const { moved, rounds } of stirrers) {
      counts.movedByDevice += moved;
      counts.rounds += rounds;
    }
  }
}
