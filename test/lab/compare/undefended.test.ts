/** A row without its defences: the same cell, other switches; what oracles find of it is damage. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { compareScenario, createInlinePool } from '../../../lab/compare/index.ts';
import { damageOf, mergeOracles } from '../../../lab/compare/oracles.ts';
import { documentOf, documentSchema, tableText } from '../../../lab/report/index.ts';
import type { CellResult } from '../../../lab/results.ts';
import { loadScenario } from '../../../lab/scenario/index.ts';
import { undefendedBy } from '../../../lab/scenario/switches.ts';

const folder = mkdtempSync(join(tmpdir(), 'leasehold-undefended-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function compared(undefended: string, second: string) {
  const file = join(folder, `${undefended}.yaml`);
  writeFileSync(
    file,
    `name: t
machine: { frames: 48, pagerFrames: outside }
slice: { us: 50 }
managements: [contracts, contracts-undefended]
bounds: []
undefended: [${undefended}]
tasks:
  - name: one
    program: { kind: loop, pages: 40, rounds: 20, write: 0.5 }
    contract: { guaranteed: 20, extra: 0 }
  - name: two
    program: { kind: loop, pages: 20, rounds: 20, write: 0.5 }
    contract: { guaranteed: 20, extra: 0 }
    ${second}
`,
  );
  const pool = createInlinePool();
  const loaded = await loadScenario(file, {}, pool);
  return compareScenario(loaded, pool, { oracles: true });
}

test('what the oracles of a switch find in its row is told as damage and is no violation', async () => {
  const comparison = await compared('keep-dead-frames', 'killAt: { us: 100 }');
  const [contracts, undefended] = comparison.rows;
  expect(comparison.oracles.flatMap(({ violations }) => violations)).toEqual([]);
  expect(contracts.damage).toBeUndefined();
  expect(undefended.totals.damage).toBeGreaterThan(0);
  expect(undefended.damage?.[0]).toMatch(/^frame-conservation: \[MEM6\] task two /);
  expect(() => documentSchema.parse(documentOf(comparison))).not.toThrow();
  const table = tableText(comparison, { colours: false });
  expect(table).toContain('switched off: keep-dead-frames: frames of the dead stay theirs [MEM6]');
  expect(table).toMatch(/contracts-undefended at 48 frames: [\d,]+ times a rule is broken/);
});

test('what other oracles find there stays a violation', () => {
  const undefended = undefendedBy(['keep-dead-frames']);
  const found = (name: string) => ({ name, checks: 5, violations: ['x', 'and 7 more'], found: 8 });
  const result = { oracles: [found('frame-conservation'), found('time')] } as unknown as CellResult;
  const [row, whole] = [undefended, null].map((off) => ({
    name: 'r',
    frames: 9,
    result,
    undefended: off,
  }));
  const told = mergeOracles([row]).map(({ violations }) => violations.length);
  expect(told).toEqual([0, 2]);
  expect(damageOf(result, undefended)).toEqual({
    found: 8,
    told: ['frame-conservation: x', 'frame-conservation: and 7 more'],
  });
  const merged = mergeOracles([whole]);
  expect(merged.map(({ violations }) => violations.length)).toEqual([2, 2]);
});

test('a switch of terms changes them in its row alone', async () => {
  const { rows, oracles } = await compared('no-penalty', '');
  expect(rows[1].totals).toEqual({ ...rows[0].totals, damage: 0 });
  expect(oracles.flatMap(({ violations }) => violations)).toEqual([]);
});
