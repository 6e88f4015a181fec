/**
 * Every rule of contracts/SPEC.md has a test, every test of a server or of the pager names a rule,
 * and no title names a rule that does not exist.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { rulesOf } from './support/contracts-page.ts';
import { rulesNamed, testTitles, titlesIn } from './support/test-titles.ts';

const root = new URL('..', import.meta.url);

function readText(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

const rules = rulesOf(readText('contracts/SPEC.md')).map(({ id }) => id);
const titles = testTitles();
const tested = new Set(titles.flatMap((title) => title.rules));

test('every rule has a test whose title carries its id', () => {
  expect(rules.length).toBeGreaterThan(50);
  expect(rules.filter((rule) => !tested.has(rule))).toEqual([]);
});

test('every test of a server or of the pager names a rule', () => {
  const held = titles.filter(({ file }) => /^test\/(servers|paging)\//.test(file));
  expect(held.length).toBeGreaterThan(100);
  expect(held.filter((title) => title.rules.length === 0)).toEqual([]);
});

test('no id stands for two rules', () => {
  expect(rules.filter((rule, i) => rules.indexOf(rule) !== i)).toEqual([]);
});

test('every rule that a test names is in the specification', () => {
  expect([...tested].filter((rule) => !rules.includes(rule))).toEqual([]);
});

test('every rule that a comment in the code cites is in the specification', () => {
  const folders = ['sim-hw', 'nucleus', 'contracts', 'servers', 'paging', 'clients'];
  const cited = folders.flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => {
        const found = readText(`${folder}/${file}`).matchAll(/\[([A-Z]{3,5}\d+)\]/g);
        return [...found].map((match) => match[1] as string);
      }),
  );
  expect(cited.length).toBeGreaterThan(10);
  expect(cited.filter((rule) => !rules.includes(rule))).toEqual([]);
});

test('the reader of titles finds what is there, and only in titles', () => {
  const source =
    "test('[AB1] [CD22] x', f); // [EF3]\ntest.each([\n[1],\n])('[GH4] %i', f);" +
    "test.each(kinds)('a', f); test.each(['b'] as const)('[IJ5] c', f);";
  expect(titlesIn(source).flatMap(rulesNamed)).toEqual(['AB1', 'CD22', 'GH4', 'IJ5']);
  expect(titlesIn(source)).toHaveLength(4);
  expect(rulesOf('| [AB1] | x [CD2] |\ntext [EF3]\n')).toEqual([{ id: 'AB1', text: 'x [CD2]' }]);
});
