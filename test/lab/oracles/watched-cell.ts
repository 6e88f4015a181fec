/**
 * A watched cell for tests of oracles: three tasks under too little memory, one of them a hoarder,
 * stopped in the middle. A test then falsifies one fact, or plays one false event, and looks which
 * rule the oracle names.
 */

import type { ContractEvent } from '../../../contracts/events.ts';
import type { Penalty } from '../../../contracts/terms.ts';
import { type Findings, findingsOf, type Oracles } from '../../../lab/oracles/index.ts';
import { boot, type World } from '../../../lab/run/boot.ts';
import { watch } from '../../../lab/run/watch.ts';
import type { Probe } from '../../../nucleus/probe.ts';
import { stepKernel } from '../../../nucleus/scheduler.ts';
import type { PlantedBug } from '../../../servers/memory/state.ts';
import { UNMAPPED } from '../../../sim-hw/frames.ts';
import { cell, task, writing } from '../../support/cells.ts';
import { randomPages } from '../../support/reference-strings.ts';

export interface WatchedCell {
  readonly world: World;
  readonly oracles: Oracles;
  readonly probe: Probe;
  /** Plays an event of the memory server. */
  readonly tell: (event: ContractEvent) => void;
}

export interface CellWishes {
  readonly penalty?: Penalty;
  readonly planted?: PlantedBug;
  /** Longest lock; the device takes 80,000 ns or so. */
  readonly lockMax?: number;
}

/** The cell at its beginning. */
export function watchedCell({
  penalty = 'repossess',
  planted,
  lockMax,
}: CellWishes = {}): WatchedCell {
  const shrinks = [{ at: 300, guaranteed: 6, extra: 0 }];
  const program = (seed: number) => writing(randomPages(seed, 1500, 20));
  const tasks = [
    task('worker', program(3), 'lru', 12, { renegotiate: shrinks, start: 3_000_000 }),
    task('scratcher', program(5), 'clock', 5, {
      scratch: [[0, 6]],
      initial: 'zero',
      zeroFill: false,
    }),
    task('hoarder', program(7), 'fifo', 3, { extra: 20, hostile: 'hoarder', atEnd: 'restart' }),
  ];
  const terms = { term: 0, graceExtra: 1_000_000, graceShrink: 2_000_000, penalty };
  const options = cell(24, tasks, {
    terms,
    oracles: true,
    ...(planted !== undefined && { planted }),
    ...(lockMax !== undefined && { lockMax }),
  });
  const world = boot(options);
  const oracles = watch(world);
  const { probe, observer } = world.kernel;
  if (oracles === null || probe === null || observer === null) throw new Error('is not watched');
  return { world, oracles, probe, tell: observer };
}

/**
 * Runs on until `nowNs`, the end, or the first finding: a planted fault may keep a run from ending.
 */
export function runUntil({ world, oracles }: WatchedCell, nowNs: number): void {
  const { kernel } = world;
  const findings = findingsOf(oracles);
  while (kernel.state.nowNs < nowNs && stepKernel(kernel))
    if (findings.some(({ found }) => found > 0)) return;
}

/** The cell in full swing, nothing wrong so far. */
export function midway(wishes: CellWishes = {}): WatchedCell {
  const watched = watchedCell(wishes);
  runUntil(watched, 16_000_000);
  if (found(watched).length > 0) throw new Error(`found early: ${found(watched).join()}`);
  return watched;
}

/** Rules that all oracles together have found broken. */
export function found({ oracles }: WatchedCell): string[] {
  return findingsOf(oracles).flatMap(rulesOf);
}

/** Rules named by an oracle's violations, each once. */
export function rulesOf({ violations }: Findings): string[] {
  const ids = violations.map((line) => /^\[([A-Z]+\d+)\]/.exec(line)?.[1] ?? line);
  return [...new Set(ids)];
}

/** A page of the task in space `space` that is mapped, and its frame. */
export function mappedPage({ world }: WatchedCell, space: number): { page: number; frame: number } {
  const { spaces, frames } = world.kernel.state;
  const { base, pages } = spaces[space];
  const frame = frames.mappedBy.findIndex(
    (key) => key !== UNMAPPED && key > base && key <= base + pages,
  );
  if (frame < 0) throw new Error('nothing is mapped');
  return { frame, page: frames.mappedBy[frame] - 1 - base };
}
