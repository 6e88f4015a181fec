import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  contractsPage,
  featureRowsOf,
  rulesOf,
  type Show,
  shownRows,
} from './support/contracts-page.ts';
import { testTitles } from './support/test-titles.ts';

const spec = readFileSync(new URL('../contracts/SPEC.md', import.meta.url), 'utf8');
const scenarios = new URL('../scenarios/', import.meta.url);
const page = new URL('../docs/contracts.md', import.meta.url);

test('docs/contracts.md says what the specification and the tests say: -u writes it anew', async () => {
  await expect(contractsPage(spec, testTitles(), shows())).toMatchFileSnapshot(page.pathname);
});

/** Every scenario and dialogue with the rows it names. */
function shows(): Show[] {
  return readdirSync(scenarios, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => ({
      file: `scenarios/${file}`,
      rows: shownRows(readFileSync(new URL(file, scenarios), 'utf8')),
    }));
}

test('the heads of scenarios name rows that there are', () => {
  const known = featureRowsOf(spec).map(({ row }) => row);
  const named = shows().flatMap(({ rows }) => rows);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((row) => !known.includes(row))).toEqual([]);
});

test('every row is covered by rules, and is to be seen in a scenario or dialogue', () => {
  const shown = shows().flatMap(({ rows }) => rows);
  const missing = featureRowsOf(spec).filter(
    ({ row, rules }) => rules.length === 0 || !shown.includes(row),
  );
  expect(missing).toEqual([]);
});

test('feature rows name rules that there are, each row once', () => {
  const ids = rulesOf(spec).map(({ id }) => id);
  const rows = featureRowsOf(spec);
  expect(rows.length).toBeGreaterThan(40);
  expect(rows.flatMap(({ rules }) => rules).filter((rule) => !ids.includes(rule))).toEqual([]);
  expect(new Set(rows.map(({ row }) => row)).size).toBe(rows.length);
});

test('a row with no rule is told as not built', () => {
  const text = contractsPage(
    '| [AB1] | says. |\n## Feature rows\n| 3 | a | AB1 |\n| 4 | b | |\n',
    [{ file: 'test/x.test.ts', rules: ['AB1'] }],
    [{ file: 'scenarios/x.yaml', rows: ['3'] }],
  );
  expect(text).toContain('| 3 | a | AB1 | [x](../scenarios/x.yaml) |');
  expect(text).toContain('| AB1 | says. | 3 | [x](../test/x.test.ts) |');
  expect(text).toContain('| 4 | b | not yet |  |');
  expect(text).toContain('1 of 2 rows');
});
