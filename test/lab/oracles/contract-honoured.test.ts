import { expect, test } from 'vitest';
import { NO_FREE_FRAMES, refusalTexts } from '../../../contracts/refusals.ts';
import { sweep } from '../../../lab/oracles/index.ts';
import { RETURNED, TAKEN } from '../../../nucleus/probe.ts';
import { beginWaiting } from '../../../servers/memory/revocation/waiting-requests.ts';
import { clientOf } from '../../../servers/memory/state.ts';
import { midway, rulesOf, runUntil, type WatchedCell, watchedCell } from './watched-cell.ts';

function worker({ world, oracles }: WatchedCell) {
  return clientOf(oracles.view.server, world.clients[0]);
}

function now({ world }: WatchedCell): { at: number; task: string } {
  return { at: world.kernel.state.nowNs, task: 'worker' };
}

test('a run in which nothing is wrong has been looked at, and nothing is found', () => {
  const cell = midway();
  runUntil(cell, Number.POSITIVE_INFINITY);
  sweep(cell.oracles);
  const { findings } = cell.oracles.contracts;
  expect(findings.violations).toEqual([]);
  expect(findings.checks).toBeGreaterThan(10);
});

test('[CON1] guarantees beyond the frames', () => {
  const cell = midway();
  cell.tell({ kind: 'contract', ...now(cell), guaranteed: 17, extra: 0, until: 0 });
  expect(cell.oracles.contracts.findings.violations).toEqual([
    expect.stringMatching(/^\[CON1\] task worker at \d+ ns: 25 frames are guaranteed, of 24$/),
  ]);
});

test('[CON2] a request below the guarantee is refused', () => {
  const cell = midway();
  const reason = refusalTexts[NO_FREE_FRAMES];
  cell.tell({ kind: 'refusal', ...now(cell), reason });
  expect(rulesOf(cell.oracles.contracts.findings)).toEqual([]);
  worker(cell).held = 3;
  cell.tell({ kind: 'refusal', ...now(cell), reason });
  expect(rulesOf(cell.oracles.contracts.findings)).toEqual(['CON2']);
});

test('[CON2] a server that denies what it has guaranteed', () => {
  const cell = watchedCell({ planted: 'deny-guarantee' });
  runUntil(cell, 10_000_000);
  expect(rulesOf(cell.oracles.contracts.findings)).toContain('CON2');
});

test('[CON2] a request waits longer than the grace, and is granted at last', () => {
  const cell = midway();
  const grant = { kind: 'grant', ...now(cell), frames: 1, extra: false } as const;
  cell.tell({ ...grant, waited: 1_000_000 });
  expect(rulesOf(cell.oracles.contracts.findings)).toEqual([]);
  cell.tell({ ...grant, waited: 2_000_000 });
  expect(rulesOf(cell.oracles.contracts.findings)).toEqual(['CON2']);
});

test('[CON2] a sweep finds a request that waits and waits', () => {
  const cell = midway();
  const { server } = cell.oracles.view;
  beginWaiting(server, worker(cell), 0, 0, 0, cell.world.kernel.state.nowNs - 2_000_000);
  sweep(cell.oracles);
  expect(rulesOf(cell.oracles.contracts.findings)).toEqual(['CON2']);
});

test('[REV6] under penalty none no time is promised', () => {
  const cell = midway({ penalty: 'none' });
  cell.tell({ kind: 'grant', ...now(cell), frames: 1, extra: false, waited: 2_000_000 });
  expect(rulesOf(cell.oracles.contracts.findings)).toEqual([]);
});

test('[CON5] a guarantee falls at once, or after too short a grace', () => {
  const cell = watchedCell({ planted: 'shrink-at-once' });
  runUntil(cell, 40_000_000);
  expect(rulesOf(cell.oracles.contracts.findings)).toEqual(['CON5']);
  const other = midway();
  const { at } = now(other);
  other.tell({ kind: 'shrink', ...now(other), guaranteed: 2, until: at + 100_000 });
  expect(rulesOf(other.oracles.contracts.findings)).toEqual(['CON5']);
});

test('[CON7] a contract ends before its term', () => {
  const cell = midway();
  cell.tell({ kind: 'renewal', ...now(cell), until: now(cell).at + 10 });
  cell.tell({ kind: 'expiry', ...now(cell), held: 0 });
  expect(rulesOf(cell.oracles.contracts.findings)).toEqual(['CON7']);
});

test('[REV5] a server that takes what is guaranteed', () => {
  const cell = midway();
  const { id, guaranteed } = worker(cell);
  worker(cell).held = guaranteed;
  cell.probe.released(cell.world.kernel, id, 0, 0, TAKEN);
  expect(rulesOf(cell.oracles.contracts.findings)).toEqual([]);
  worker(cell).held = guaranteed - 1;
  cell.probe.released(cell.world.kernel, id, 0, 0, RETURNED);
  expect(rulesOf(cell.oracles.contracts.findings)).toEqual([]);
  cell.probe.released(cell.world.kernel, id, 0, 0, TAKEN);
  expect(rulesOf(cell.oracles.contracts.findings)).toEqual(['REV5']);
});
