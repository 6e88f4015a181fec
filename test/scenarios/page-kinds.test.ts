/** The scenarios that show kinds of pages say what their comments promise. */

import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { ResultsDocument } from '../../lab/report/document.ts';
import type { TaskResult } from '../../lab/results.ts';
import { leasehold } from '../bin/support.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

async function tasksOf(name: string): Promise<Record<string, TaskResult>> {
  const scenario = `scenarios/${name}.yaml`;
  const { code, out, err } = await leasehold(root, 'compare', scenario, '--json', '--quiet');
  expect(err).toBe('');
  expect(code).toBe(0);
  const { rows } = JSON.parse(out) as ResultsDocument;
  const tasks = rows.find(({ management }) => management === 'contracts')?.tasks ?? [];
  return Object.fromEntries(tasks.map((task) => [task.name, task]));
}

test('[FAULT9] discardable.yaml: what is dropped is not written, and costs less time', async () => {
  const { stored, dropped, flushed, guest } = await tasksOf('discardable');
  for (const task of [stored, dropped, flushed])
    expect(task.faults).toBe(
      task.hardFaults + task.softFaults + task.lostFaults + task.regeneratedFaults,
    );
  expect(stored.regeneratedFaults).toBe(0);
  for (const task of [dropped, flushed]) {
    expect(task.regeneratedFaults).toBeGreaterThan(200);
    expect(task.pageOuts).toBeLessThan(stored.pageOuts / 5);
    expect(task.virtualNs as number).toBeLessThan((stored.virtualNs as number) / 2);
    expect(task.lostFaults).toBe(0);
  }
  expect(guest).toMatchObject({ faults: 400, hardFaults: 0 });
});

test('[POL5] priorities.yaml: of a loop only what is not kept faults', async () => {
  const { plain, kept, given } = await tasksOf('priorities');
  expect([plain.hardFaults, kept.hardFaults]).toEqual([6000, 36 + 24 * 100]);
  expect(given.hardFaults).toBeLessThanOrEqual(kept.hardFaults);
  expect(given.hardFaults).toBeGreaterThan(2300);
});

test('[MEM12] [MEM14] wired.yaml: wired pages stay, and the claimant has its frames', async () => {
  const { loose, pinned, wirer, claimant } = await tasksOf('wired');
  expect([loose.hardFaults, pinned.hardFaults]).toEqual([6000, 20 + 40 * 100]);
  expect(wirer.revocationsMissed).toBeGreaterThan(0);
  expect(claimant).toMatchObject({ faults: 48, hardFaults: 0, framesMax: 48 });
});
