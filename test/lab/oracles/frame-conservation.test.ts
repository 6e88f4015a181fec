import { expect, test } from 'vitest';
import { sweep } from '../../../lab/oracles/index.ts';
import { mappedPage, midway, rulesOf, runUntil, watchedCell } from './watched-cell.ts';

test('a run in which nothing is wrong has been looked at, and nothing is found', () => {
  const cell = midway();
  runUntil(cell, Number.POSITIVE_INFINITY);
  sweep(cell.oracles);
  const { findings } = cell.oracles.frames;
  expect(findings.violations).toEqual([]);
  expect(findings.checks).toBeGreaterThan(100);
});

test('[MEM1] a ledger that has lent one frame more than are gone', () => {
  const cell = midway();
  const { server } = cell.oracles.view;
  server.ledger.heldSum++;
  cell.probe.granted(cell.world.kernel, cell.world.clients[0], 0, 0);
  expect(cell.oracles.frames.findings.violations).toEqual([
    expect.stringMatching(
      /^\[MEM1\] task worker at \d+ ns: \d+ frames are free and \d+ held, of 24/,
    ),
  ]);
});

test('[MEM1] frames that leak as they are returned', () => {
  const cell = watchedCell({ planted: 'leak-on-return' });
  runUntil(cell, 20_000_000);
  expect(rulesOf(cell.oracles.frames.findings)).toContain('MEM1');
});

test('[MEM1] a sweep finds a frame in the slot of a task that does not own it', () => {
  const cell = midway();
  const { frames } = cell.world.kernel.state;
  const { frame } = mappedPage(cell, 0);
  frames.owner[frame] = cell.world.clients[1];
  sweep(cell.oracles);
  expect(rulesOf(cell.oracles.frames.findings)).toEqual(['MEM1']);
});

test('[MEM1] a sweep finds a frame in two slots', () => {
  const cell = midway();
  const table = cell.world.kernel.state.capabilities[cell.world.clients[0]];
  table.slotFrame[1] = table.slotFrame[0];
  sweep(cell.oracles);
  expect(cell.oracles.frames.findings.violations).toContainEqual(
    expect.stringMatching(/^\[MEM1\] at \d+ ns: frame \d+ is held 2 times$/),
  );
});

test('[MEM6] the dead keep their frames', () => {
  const cell = watchedCell({ penalty: 'kill', planted: 'keep-dead-frames' });
  runUntil(cell, 30_000_000);
  expect(rulesOf(cell.oracles.frames.findings)).toContain('MEM6');
});

test('[CON1] a sweep re-sums the ledger', () => {
  const cell = midway();
  cell.oracles.view.server.ledger.guaranteedSum++;
  sweep(cell.oracles);
  expect(cell.oracles.frames.findings.violations).toEqual([
    expect.stringMatching(/^\[CON1\] at \d+ ns: the sum of guarantees is not what it says$/),
  ]);
});
