import { expect, test } from 'vitest';
import { sweep } from '../../../lab/oracles/index.ts';
import { PROGRAM } from '../../../nucleus/tasks.ts';
import { midway, rulesOf, runUntil } from './watched-cell.ts';

test('a run in which nothing is wrong has been looked at, and nothing is found', () => {
  const cell = midway();
  runUntil(cell, Number.POSITIVE_INFINITY);
  sweep(cell.oracles);
  const { findings } = cell.oracles.time;
  expect(findings.violations).toEqual([]);
  expect(findings.checks).toBeGreaterThan(1000);
});

test('[TIME1] nanoseconds that run backwards', () => {
  const cell = midway();
  const { state } = cell.world.kernel;
  state.nowNs -= 1;
  cell.probe.clockMoved(cell.world.kernel);
  expect(rulesOf(cell.oracles.time.findings)).toEqual(['TIME1']);
});

test('[TIME1] references that run backwards, and a clock that is no number', () => {
  const cell = midway();
  const { state } = cell.world.kernel;
  state.references -= 1;
  cell.probe.clockMoved(cell.world.kernel);
  expect(cell.oracles.time.findings.found).toBe(1);
  state.nowNs = Number.NaN;
  cell.probe.clockMoved(cell.world.kernel);
  expect(cell.oracles.time.findings.found).toBe(2);
});

test('[TIME1] a nanosecond charged twice', () => {
  const cell = midway();
  runUntil(cell, Number.POSITIVE_INFINITY);
  const told = cell.world.kernel.state.finished[cell.world.clients[0]];
  if (told === null) throw new Error('has not finished');
  told.times[PROGRAM] += 1;
  sweep(cell.oracles);
  expect(cell.oracles.time.findings.violations).toEqual([
    expect.stringMatching(/^\[TIME1\] task worker at \d+ ns: lived \d+ ns, its parts sum to \d+$/),
  ]);
});
