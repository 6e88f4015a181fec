import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { contractsPage, featureRowsOf, rulesOf } from './support/contracts-page.ts';
import { testTitles } from './support/test-titles.ts';

const spec = readFileSync(new URL('../contracts/SPEC.md', import.meta.url), 'utf8');
const page = new URL('../docs/contracts.md', import.meta.url);

test('docs/contracts.md says what the specification and the tests say: -u writes it anew', async () => {
  await expect(contractsPage(spec, testTitles())).toMatchFileSnapshot(page.pathname);
});

test('feature rows name rules that there are, each row once', () => {
  const ids = rulesOf(spec).map(({ id }) => id);
  const rows = featureRowsOf(spec);
  expect(rows.length).toBeGreaterThan(40);
  expect(rows.flatMap(({ rules }) => rules).filter((rule) => !ids.includes(rule))).toEqual([]);
  expect(new Set(rows.map(({ row }) => row)).size).toBe(rows.length);
});

test('a row with no rule is told as not built', () => {
  const text = contractsPage('| [AB1] | says. |\n## Feature rows\n| 3 | a | AB1 |\n| 4 | b | |\n', [
    { file: 'test/x.test.ts', rules: ['AB1'] },
  ]);
  expect(text).toContain('| AB1 | says. | 3 | [x](../test/x.test.ts) |');
  expect(text).toContain('| 4 | b | not yet |');
  expect(text).toContain('1 of 2 rows');
});
