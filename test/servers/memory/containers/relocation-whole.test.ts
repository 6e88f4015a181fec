import { expect, test } from 'vitest';
import { findingsOf, sweep } from '../../../../lab/oracles/index.ts';
import { boot } from '../../../../lab/run/boot.ts';
import type { CellOptions } from '../../../../lab/run/cell-options.ts';
import { watch } from '../../../../lab/run/watch.ts';
import { NUCLEUS } from '../../../../nucleus/kernel.ts';
import { stepKernel } from '../../../../nucleus/scheduler.ts';
import { defragment, relocateRun } from '../../../../servers/memory/containers/relocation.ts';
import type { MemoryServerState } from '../../../../servers/memory/state.ts';
import { cell, task, writing } from '../../../support/cells.ts';
import { randomPages } from '../../../support/reference-strings.ts';

/** Runs a cell to its end; with a seed, frames are moved at random between any two decisions. */
function outcome(options: CellOptions, seed: number) {
  const world = boot(options);
  const { kernel } = world;
  const oracles = watch(world);
  const server = kernel.receivers[world.memory]?.state as MemoryServerState;
  let random = seed;
  let moved = 0;
  const next = (below: number) => {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    return Math.floor((random / 2 ** 32) * below);
  };
  while (stepKernel(kernel)) {
    kernel.state.account = NUCLEUS;
    const { count } = kernel.state.frames;
    for (let i = 0; seed > 0 && i < 3; i++)
      if (relocateRun(kernel, server, next(count), 0, next(count))) moved++;
    if (seed > 0 && next(50) === 0) moved += defragment(kernel, server);
  }
  if (oracles !== null) sweep(oracles);
  const tasks = world.clients.map((id) => {
    const done = kernel.state.finished[id];
    return [done?.references, done?.faults, done?.hardFaults, done?.softFaults, done?.lostFaults];
  });
  const versions = kernel.state.spaces.map(({ versions: of }) => [...of]);
  const found = oracles === null ? [] : findingsOf(oracles).flatMap(({ violations }) => violations);
  return { tasks, versions, found, moved };
}

test.each(['x86-64', 'rt-pc'])(
  '[CONT32] frames moved at random change no result of honest tasks, %s',
  (pageTable) => {
    const tasks = [
      task('one', writing(randomPages(3, 1200, 20)), 'lru', 9),
      task('two', writing(randomPages(5, 1200, 24)), 'clock', 8, { initial: 'zero' }),
      task('three', writing(randomPages(7, 900, 12)), 'fifo', 5, { extra: 4 }),
    ];
    const plain = cell(24, tasks, {
      oracles: true,
      clock: 'references',
      slice: 40,
      terms: { term: 0, graceExtra: 100, graceShrink: 200, penalty: 'repossess' },
    });
    const options = { ...plain, machine: { ...plain.machine, pageTable } };
    const still = outcome(options, 0);
    expect(still.tasks.flat().every((value) => value !== undefined)).toBe(true);
    for (const seed of [1, 2, 3]) {
      const { moved, ...restless } = outcome(options, seed);
      expect(moved).toBeGreaterThan(100);
      expect(restless).toEqual({ tasks: still.tasks, versions: still.versions, found: [] });
    }
  },
  60_000,
);
