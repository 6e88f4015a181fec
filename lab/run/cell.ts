/**
 * A cell: one management of one set of tasks at one memory size, from boot to the last task's end.
 */

import { stepKernel } from '../../nucleus/scheduler.ts';
import { oracleResults, sweep } from '../oracles/index.ts';
import type { CellResult } from '../results.ts';
import { boot, type World } from './boot.ts';
import { openMemories } from './boot-memories.ts';
import { openSwapFrames } from './boot-swap.ts';
import type { CellOptions } from './cell-options.ts';
import { collect } from './collect.ts';
import { noteOperations } from './operations.ts';
import { createStandstill, noteStandstill } from './standstill.ts';
import { beginLog, endLog } from './step-log.ts';
import { watch } from './watch.ts';
import { noteWindows } from './windows.ts';

/** Scheduler steps between two words of progress. */
const PROGRESS_STEPS = 4096;

/**
 * Runs one cell, its world by `run`. Throws PolicyFault (paging/policy-call.ts) or InvariantBroken
 * (sim-hw/assert.ts).
 */
export function runCell(options: CellOptions, run: (world: World) => void = runWorld): CellResult {
  const world = boot(options);
  const oracles = watch(world);
  const log = options.stepped === undefined ? null : beginLog(world.kernel, options.stepped);
  noteOperations(world.operations, world.kernel);
  openMemories(world.kernel, world.memories);
  openSwapFrames(world.kernel);
  if (world.windows !== null) noteWindows(world.windows, world);
  run(world);
  if (log !== null) endLog(log);
  if (oracles !== null) sweep(oracles);
  return collect(world, oracles === null ? [] : oracleResults(oracles));
}

/** Runs a booted world to its end; every so often `progress` is told. */
export function runWorld(world: World): void {
  const { kernel, options } = world;
  const standstill = createStandstill();
  while (runSteps(world, PROGRESS_STEPS)) {
    noteStandstill(standstill, world, PROGRESS_STEPS);
    options.progress?.(kernel.state.references);
  }
}

/** Takes so many decisions; false when the run is over before. */
function runSteps(world: World, steps: number): boolean {
  const { kernel, windows } = world;
  for (let step = 0; step < steps; step++) {
    if (!stepKernel(kernel)) return false;
    if (windows !== null) noteWindows(windows, world);
  }
  return true;
}
