/** The conformance suite: a good pager passes, and each bad one fails the case of its own rule. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { conformanceText, loadPager, runConformance } from '../../../lab/conformance/index.ts';
import type { PagerModule } from '../../../servers/central/mach/emmi/pager.ts';

const root = new URL('../../../', import.meta.url);

async function failedRules(name: string): Promise<string[]> {
  const results = runConformance(await loadPager(name));
  return [...new Set(results.filter(({ passed }) => !passed).map(({ rule }) => rule))];
}

test('[EMMI15] the store passes every case', async () => {
  const results = runConformance(await loadPager('store'));
  expect(results.filter(({ passed }) => !passed)).toEqual([]);
  expect(results.length).toBeGreaterThan(10);
});

test.each([
  ['silent', 'EMMI8'],
  ['hoarding', 'EMMI9'],
  ['flooding', 'EMMI10'],
  ['fickle', 'EMMI11'],
  ['self-faulting', 'EMMI12'],
])('[EMMI15] a pager that is %s fails the case of %s', async (name, rule) => {
  const failed = await failedRules(name);
  expect(failed).toContain(rule);
  if (name === 'flooding' || name === 'fickle' || name === 'self-faulting')
    expect(failed).toEqual([rule]);
});

test('[EMMI15] what a pager throws, and messages without end, are laid at its door', () => {
  const throwing: PagerModule = {
    name: 'throwing',
    summary: 'throws',
    create: () => ({}),
    hear: () => {
      throw new TypeError('no such page');
    },
  };
  const results = runConformance(throwing);
  expect(results.every(({ found }) => found === 'TypeError: no such page')).toBe(true);
  expect(conformanceText(throwing, results)).toContain('0 of 13 cases passed');
});

/** The pager of the document, as a reader would copy it. */
function pagerOfDocument(): string {
  const text = readFileSync(new URL('docs/external-pagers.md', root), 'utf8');
  return /```ts\n([\s\S]*?)```/.exec(text)?.[1] as string;
}

test('[EMMI15] the pager of docs/external-pagers.md passes every case, from a file of its own', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'pager-')), 'mine.ts');
  writeFileSync(file, pagerOfDocument());
  const command = new URL('bin/leasehold.ts', root).pathname;
  const printed = execFileSync(process.execPath, [command, 'conformance', file, '--json'], {
    encoding: 'utf8',
  });
  const { pager, passed, cases } = JSON.parse(printed);
  expect([pager, passed, cases.length]).toEqual(['mine', true, 13]);
});

test('[EMMI15] a file that holds no pager is refused, and says what to do', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'pager-')), 'none.ts');
  writeFileSync(file, 'export default { name: "x" };\n');
  await expect(loadPager(file)).rejects.toThrow('has no create(), expected a function');
  await expect(loadPager('nowhere.ts')).rejects.toThrow(
    'does not exist, expected a file or one of',
  );
});
