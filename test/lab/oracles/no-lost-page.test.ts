import { expect, test } from 'vitest';
import { sweep } from '../../../lab/oracles/index.ts';
import { HARD, LOST, SOFT } from '../../../nucleus/tasks.ts';
import { JUNK } from '../../../sim-hw/frames.ts';
import {
  mappedPage,
  midway,
  rulesOf,
  runUntil,
  type WatchedCell,
  watchedCell,
} from './watched-cell.ts';

const SCRATCHER = 1;

function resumed({ probe, world }: WatchedCell, space: number, page: number, how: number): void {
  probe.resumed(world.kernel, world.clients[space], page, how);
}

test('a run in which nothing is wrong has been looked at, and nothing is found', () => {
  const cell = midway();
  runUntil(cell, Number.POSITIVE_INFINITY);
  sweep(cell.oracles);
  const { findings } = cell.oracles.pages;
  expect(findings.violations).toEqual([]);
  expect(findings.checks).toBeGreaterThan(2000);
  const { tasks } = cell.world.kernel.state;
  expect(tasks[cell.world.clients[SCRATCHER]].lostFaults).toBeGreaterThan(0);
});

test('[SWAP2] a map of the page as it was one write before', () => {
  const cell = midway();
  const { kernel, clients } = cell.world;
  const { page, frame } = mappedPage(cell, 0);
  cell.probe.mapped(kernel, clients[0], page, frame);
  expect(rulesOf(cell.oracles.pages.findings)).toEqual([]);
  kernel.state.frames.stampLow[frame]--;
  cell.probe.mapped(kernel, clients[0], page, frame);
  expect(cell.oracles.pages.findings.violations).toEqual([
    expect.stringMatching(/^\[SWAP2\] task worker page \d+ .*expected its version \d+, found page/),
  ]);
});

test('[SWAP2] a map of zeros, or of another page of the task, where the page was written', () => {
  const cell = midway();
  const { frames, spaces } = cell.world.kernel.state;
  const { page, frame } = mappedPage(cell, 0);
  for (const key of [0, spaces[0].base + ((page + 1) % spaces[0].pages) + 1]) {
    frames.stampHigh[frame] = key;
    cell.probe.mapped(cell.world.kernel, cell.world.clients[0], page, frame);
  }
  expect(cell.oracles.pages.findings.found).toBe(2);
});

test.each(['lose-clean-bit', 'swap-wrong-block'] as const)('[SWAP2] %s', (planted) => {
  const cell = watchedCell({ planted });
  runUntil(cell, 10_000_000);
  expect(rulesOf(cell.oracles.pages.findings)).toContain('SWAP2');
});

test('[FAULT3] a page said to be lost that is not', () => {
  const cell = midway();
  resumed(cell, 0, 3, LOST);
  expect(rulesOf(cell.oracles.pages.findings)).toEqual(['FAULT3']);
});

test('[FAULT3] [FAULT4] written scratch is dropped and its task not told', () => {
  for (const how of [HARD, SOFT]) {
    const cell = midway();
    const space = cell.world.kernel.state.spaces[SCRATCHER];
    cell.probe.unmapped(cell.world.kernel, space, 2, 0xffff);
    resumed(cell, SCRATCHER, 2, how);
    expect(rulesOf(cell.oracles.pages.findings)).toEqual(['FAULT3']);
  }
});

test('[FAULT4] scratch that was written to swap', () => {
  const cell = midway();
  const { swap, kernel } = cell.oracles.view;
  sweep(cell.oracles);
  expect(rulesOf(cell.oracles.pages.findings)).toEqual([]);
  const key = kernel.state.spaces[SCRATCHER].base + 2;
  swap.stampLow[key] = 1;
  swap.stampHigh[key] = key + 1;
  sweep(cell.oracles);
  expect(rulesOf(cell.oracles.pages.findings)).toEqual(['FAULT4']);
  expect(swap.stampHigh[key]).not.toBe(JUNK);
});
