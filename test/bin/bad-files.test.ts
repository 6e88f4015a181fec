/** Files that are something else than what they are given for: refused in one line that says so. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leasehold, small, temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();
const sort = fileURLToPath(new URL('../../traces/sort.lht', import.meta.url));

beforeAll(() => {
  mkdirSync(join(folder, 'folder'));
  const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
  put('small.yaml', small);
  put('open.yaml', 'a: [1\n');
  put('long.yaml', `a: 1\nb\n${'x'.repeat(5000)}\n`);
  put('nothing.yaml', '{}\n');
  put('other.ndjson', '{"kind": "other"}\n');
  const program = 'program: { kind: loop, pages: 40, rounds: 20 }';
  put('traced.yaml', small.replace(program, `trace: ${sort}`));
});

afterAll(remove);

const cases: [what: string, says: RegExp, args: string[]][] = [
  ['a trace for a scenario', /sort.lht: is binary, expected a scenario; is it/, ['compare', sort]],
  ['a trace for a dialogue', /sort.lht: is binary, expected a dialogue; is it/, ['dialogue', sort]],
  ['no YAML for a scenario', /:2:1: is no YAML .*expected a scenario;/, ['compare', 'open.yaml']],
  ['no YAML for a dialogue', /:2:1: is no YAML .*expected a dialogue;/, ['dialogue', 'open.yaml']],
  ['no YAML for an experiment', /no YAML .*expected an experiment;/, ['validate', 'open.yaml']],
  ['help of no command', /unknown command 'nope'/, ['help', 'nope']],
  ['long lines', /^.{0,300}$/, ['compare', 'long.yaml']],
  ['a scenario without a machine', /nothing.yaml: has no machine,/, ['formats', 'nothing.yaml']],
  ['a folder for a policy', /folder: is a folder/, ['curve', sort, '--policy', './folder']],
  ['a folder for a pager', /folder: is a folder, .*one of store/, ['conformance', 'folder']],
  ['events of no kind', /:1: .*its kind is unknown/, ['explain', 'other.ndjson', '--task', 'a']],
  [
    'no policy, while a trace is read',
    /nowhere.ts: does not exist/,
    ['compare', 'traced.yaml', '--policy', './nowhere.ts'],
  ],
];

test.each(cases)('%s: one line says so', async (_, says, args) => {
  const { code, out, err } = await leasehold(folder, ...args);
  expect(err).toMatch(/^leasehold: [^\n]+\n$/);
  expect(err.trimEnd()).toMatch(says);
  expect(out).toBe('');
  expect(code).toBe(2);
});
