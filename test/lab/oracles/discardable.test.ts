import { expect, test } from 'vitest';
import { type Oracles, sweep } from '../../../lab/oracles/index.ts';
import { boot, type World } from '../../../lab/run/boot.ts';
import { watch } from '../../../lab/run/watch.ts';
import { stepKernel } from '../../../nucleus/scheduler.ts';
import { HARD, LOST, REGENERATED, SOFT } from '../../../nucleus/tasks.ts';
import { PLAIN_PAGES } from '../../../paging/page-kinds.ts';
import type { PlantedBug } from '../../../servers/memory/state.ts';
import { cell, task, writing } from '../../support/cells.ts';
import { randomPages } from '../../support/reference-strings.ts';
import { rulesOf } from './watched-cell.ts';

/** A task that discards ten pages of twenty, in the middle of its life; nothing wrong so far. */
function midway(planted?: PlantedBug): { world: World; oracles: Oracles } {
  const kinds = { ...PLAIN_PAGES, discardable: [[0, 10]] as const, regenerateNs: 1000 };
  const one = task('one', writing(randomPages(3, 1500, 20)), 'lru', 8, { kinds, initial: 'zero' });
  const options = { ...cell(8, [one]), oracles: true };
  const world = boot(planted === undefined ? options : { ...options, planted });
  const oracles = watch(world) as Oracles;
  const { finished, tasks } = world.kernel.state;
  const id = world.clients[0];
  while ((tasks[id]?.regeneratedFaults ?? 0) < 50 && finished[id] === null)
    stepKernel(world.kernel);
  return { world, oracles };
}

function found({ oracles }: { oracles: Oracles }): string[] {
  return rulesOf(oracles.pages.findings);
}

/** A page of the discardable ones that is in a frame, or that has contents and is in none. */
function pageOf({ world, oracles }: ReturnType<typeof midway>, resident: boolean): number {
  for (let page = 0; page < 10; page++) {
    const isMapped = world.kernel.state.frames.mappedBy.includes(page + 1);
    if (resident ? isMapped : oracles.pages.dropped[page] === 1) return page;
  }
  throw new Error('no such page');
}

test('a run with discardable pages in which nothing is wrong', () => {
  const cell = midway();
  while (stepKernel(cell.world.kernel));
  sweep(cell.oracles);
  expect(found(cell)).toEqual([]);
  expect(cell.oracles.pages.findings.checks).toBeGreaterThan(1500);
});

test('[FAULT9] a dropped page that is settled in any other way', () => {
  for (const how of [HARD, SOFT, LOST]) {
    const cell = midway();
    const { kernel, clients } = cell.world;
    kernel.probe?.resumed(kernel, clients[0], pageOf(cell, false), how);
    expect(found(cell)).toContain('FAULT9');
  }
});

test('[FAULT9] a page that is made anew and was not dropped', () => {
  const cell = midway();
  const { kernel, clients } = cell.world;
  kernel.probe?.resumed(kernel, clients[0], 15, REGENERATED);
  expect(found(cell)).toEqual(['FAULT9']);
});

test('[FAULT9] [SWAP2] a page that is made anew with contents that are not its latest', () => {
  const cell = midway();
  const { kernel, clients } = cell.world;
  const page = pageOf(cell, true);
  const frame = kernel.state.frames.mappedBy.indexOf(page + 1);
  kernel.probe?.mapped(kernel, clients[0], page, frame);
  expect(found(cell)).toEqual([]);
  kernel.state.frames.stampLow[frame]--;
  kernel.probe?.mapped(kernel, clients[0], page, frame);
  expect(found(cell)).toEqual(['SWAP2']);
  expect(found(midway('stale-regeneration'))).toEqual(['SWAP2']);
});

test('[FAULT9] a discardable page on swap', () => {
  const cell = midway();
  const { swap } = cell.oracles.view;
  sweep(cell.oracles);
  expect(found(cell)).toEqual([]);
  swap.stampLow[2] = 1;
  swap.stampHigh[2] = 3;
  sweep(cell.oracles);
  expect(found(cell)).toEqual(['FAULT9']);
});
