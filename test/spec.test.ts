/**
 * Every rule of contracts/SPEC.md has a test, and no test title names a rule that does not exist.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('..', import.meta.url);

function readText(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

/** Rules that a specification defines: ids in the first column of a table. */
function rulesOf(spec: string): string[] {
  return [...spec.matchAll(/^\| \[([A-Z]+\d+)\] \|/gm)].map((match) => match[1] as string);
}

/** Rules that the titles of the tests in a file name. */
function rulesTested(source: string): string[] {
  const titles = source.matchAll(/\b(?:test|it)(?:\.each\([\s\S]*?\])?\)?\(\s*(['"`])(.*?)\1/g);
  return [...titles].flatMap(([, , title]) =>
    [...(title as string).matchAll(/\[([A-Z]+\d+)\]/g)].map((match) => match[1] as string),
  );
}

function testFiles(): string[] {
  const files = readdirSync(new URL('test', root), { recursive: true, encoding: 'utf8' });
  // Not this one: its samples are no titles.
  const tests = files.filter((file) => file.endsWith('.test.ts') && file !== 'spec.test.ts');
  return tests.map((file) => `test/${file}`);
}

const rules = rulesOf(readText('contracts/SPEC.md'));
const tested = new Map<string, string>();
for (const file of testFiles())
  for (const rule of rulesTested(readText(file))) tested.set(rule, file);

test('every rule has a test whose title carries its id', () => {
  expect(rules.length).toBeGreaterThan(50);
  expect(rules.filter((rule) => !tested.has(rule))).toEqual([]);
});

test('no id stands for two rules', () => {
  expect(rules.filter((rule, i) => rules.indexOf(rule) !== i)).toEqual([]);
});

test('every rule that a test names is in the specification', () => {
  const unknown = [...tested].filter(([rule]) => !rules.includes(rule));
  expect(unknown).toEqual([]);
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
  const source = "test('[AB1] [CD22] x', f); // [EF3]\ntest.each([\n[1],\n])('[GH4] %i', f);";
  expect(rulesTested(source)).toEqual(['AB1', 'CD22', 'GH4']);
  expect(rulesOf('| [AB1] | x [CD2] |\ntext [EF3]\n')).toEqual(['AB1']);
});
