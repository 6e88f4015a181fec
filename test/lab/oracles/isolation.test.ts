import { expect, test } from 'vitest';
import { sweep } from '../../../lab/oracles/index.ts';
import { JUNK } from '../../../sim-hw/frames.ts';
import { mappedPage, midway, rulesOf, runUntil, watchedCell } from './watched-cell.ts';

test('a run in which nothing is wrong has been looked at, and nothing is found', () => {
  const cell = midway();
  runUntil(cell, Number.POSITIVE_INFINITY);
  sweep(cell.oracles);
  const { findings } = cell.oracles.isolation;
  expect(findings.violations).toEqual([]);
  expect(findings.checks).toBeGreaterThan(2000);
});

test('[CAP5] a map of a frame that another task holds', () => {
  const cell = midway();
  const other = mappedPage(cell, 1).frame;
  cell.probe.mapped(cell.world.kernel, cell.world.clients[0], 0, other);
  expect(rulesOf(cell.oracles.isolation.findings)).toEqual(['CAP5', 'MEM4']);
});

test('[MEM4] a map of the own frame with what another left in it', () => {
  const cell = midway();
  const { kernel, clients } = cell.world;
  const { page, frame } = mappedPage(cell, 0);
  cell.probe.mapped(kernel, clients[0], page, frame);
  expect(rulesOf(cell.oracles.isolation.findings)).toEqual([]);
  kernel.state.frames.stampHigh[frame] = kernel.state.spaces[1].base + 1;
  cell.probe.mapped(kernel, clients[0], page, frame);
  expect(rulesOf(cell.oracles.isolation.findings)).toEqual(['MEM4']);
});

test('[MEM4] a server that hands frames on as they are', () => {
  const cell = watchedCell({ planted: 'no-zero-for-strangers' });
  runUntil(cell, 5_000_000);
  expect(cell.oracles.isolation.findings.found).toBeGreaterThan(0);
});

test('[FAULT3] a map of junk', () => {
  const cell = midway();
  const { page, frame } = mappedPage(cell, 0);
  cell.world.kernel.state.frames.stampHigh[frame] = JUNK;
  cell.probe.mapped(cell.world.kernel, cell.world.clients[0], page, frame);
  expect(rulesOf(cell.oracles.isolation.findings)).toEqual(['FAULT3']);
});

test('[MEM8] an unmap that the TLB is not told of', () => {
  const cell = watchedCell({ planted: 'stale-tlb' });
  runUntil(cell, 5_000_000);
  expect(rulesOf(cell.oracles.isolation.findings)).toContain('MEM8');
});

test('[CAP5] a sweep finds a mapping of a frame that is owned, or mapped, by another', () => {
  const cell = midway();
  const { frames } = cell.world.kernel.state;
  const { frame } = mappedPage(cell, 0);
  const key = frames.mappedBy[frame];
  sweep(cell.oracles);
  expect(rulesOf(cell.oracles.isolation.findings)).toEqual([]);
  frames.mappedBy[frame] = key + 1;
  sweep(cell.oracles);
  expect(cell.oracles.isolation.findings.violations).toEqual([
    expect.stringMatching(/^\[CAP5\] task worker page \d+ at \d+ ns: maps frame \d+, which/),
  ]);
  frames.mappedBy[frame] = key;
  frames.owner[frame] = cell.world.clients[1];
  sweep(cell.oracles);
  expect(cell.oracles.isolation.findings.found).toBe(2);
});

test('[MEM8] a sweep finds a page in the TLB that nothing maps', () => {
  const cell = midway();
  const { kernel } = cell.world;
  const [space] = kernel.state.spaces;
  const { page } = mappedPage(cell, 0);
  // Straight out of the table, behind the nucleus's back; the TLB holds what was touched last.
  const { pageNumbers } = kernel.programs[0];
  for (let other = 0; other < space.pages; other++)
    kernel.format.remove(kernel.state.table, 0, pageNumbers[other]);
  expect(page).toBeLessThan(space.pages);
  sweep(cell.oracles);
  expect(rulesOf(cell.oracles.isolation.findings)).toEqual(['MEM8']);
});

test('[PMAP1] a sweep finds a page in the TLB that the hardware has lost', () => {
  const cell = midway();
  const { kernel } = cell.world;
  const [space] = kernel.state.spaces;
  // Lost behind the nucleus's back, which would have told the TLB.
  for (const number of kernel.programs[0].pageNumbers)
    kernel.format.forget(kernel.state.table, space.id, number);
  sweep(cell.oracles);
  expect(rulesOf(cell.oracles.isolation.findings)).toEqual(['PMAP1']);
});
