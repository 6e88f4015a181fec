import { expect, test } from 'vitest';
import { type Oracles, sweep } from '../../../lab/oracles/index.ts';
import { boot, type World } from '../../../lab/run/boot.ts';
import { watch } from '../../../lab/run/watch.ts';
import { stepKernel } from '../../../nucleus/scheduler.ts';
import { PLAIN_PAGES } from '../../../paging/page-kinds.ts';
import type { Wiring } from '../../../servers/memory/state.ts';
import { cell, task, writing } from '../../support/cells.ts';
import { randomPages } from '../../support/reference-strings.ts';
import { rulesOf } from './watched-cell.ts';

const terms = {
  term: 0,
  graceExtra: 1e6,
  graceShrink: 1e8,
  penalty: 'repossess',
  wiredMax: 0.5,
  wiredTimeMax: 1e7,
} as const;

/** A task with all that it may wire wired; nothing wrong so far. */
function midway(): { world: World; oracles: Oracles; wiring: Wiring } {
  const kinds = { ...PLAIN_PAGES, wired: [[0, 20]] as const };
  const one = task('one', writing(randomPages(3, 1500, 20)), 'lru', 8, { kinds });
  const world = boot({ ...cell(8, [one], { terms }), oracles: true });
  const oracles = watch(world) as Oracles;
  const { wirings } = oracles.view.server;
  while ((wirings[world.clients[0]]?.frames ?? 0) < 4) stepKernel(world.kernel);
  sweep(oracles);
  expect(rulesOf(oracles.contracts.findings)).toEqual([]);
  return { world, oracles, wiring: wirings[world.clients[0]] as Wiring };
}

test('a run with wired frames in which nothing is wrong', () => {
  const { world, oracles } = midway();
  while (stepKernel(world.kernel));
  sweep(oracles);
  expect(oracles.contracts.findings.violations).toEqual([]);
});

test('[MEM10] more frames wired than the share of the guarantee', () => {
  const { world, oracles, wiring } = midway();
  // A share that was agreed on, of a guarantee that is not.
  const client = oracles.view.server.clients[world.clients[0]];
  if (client !== null) client.guaranteed = 7;
  sweep(oracles);
  expect(wiring.frames).toBe(4);
  expect(rulesOf(oracles.contracts.findings)).toEqual(['MEM10']);
});

test('[MEM10] frames wired that are not on record', () => {
  const { oracles, wiring } = midway();
  wiring.frames--;
  sweep(oracles);
  expect(rulesOf(oracles.contracts.findings)).toEqual(['MEM10']);
});

test('[MEM11] a slot wired that holds nothing, or for longer than its limit', () => {
  const empty = midway();
  const slot = empty.wiring.until.findIndex((until) => until >= 0);
  empty.wiring.until[slot] = -1;
  empty.wiring.until[9] = 1e12;
  sweep(empty.oracles);
  expect(rulesOf(empty.oracles.contracts.findings)).toContain('MEM11');
  const { world, oracles, wiring } = midway();
  wiring.until[wiring.until.findIndex((until) => until >= 0)] = world.kernel.state.nowNs - 1;
  sweep(oracles);
  expect(rulesOf(oracles.contracts.findings)).toEqual(['MEM11']);
});
