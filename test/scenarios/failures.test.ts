/** The failure modes of the lineage (F2) that need no server still to come: each has a scenario. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkScenario, parseSource } from '../../lab/scenario/index.ts';

const folder = new URL('../../scenarios/failures/', import.meta.url);
const table = readFileSync(new URL('../README.md', folder), 'utf8');
/** b, f, g, h and i need servers that are still to come. */
const letters = [...'acdejklmnopqrs'];
/** By letter: the file that the table in scenarios/README.md names. */
const files = new Map(
  [...table.matchAll(/^\| ([a-s]) \| `([\w-]+\.yaml)` \|/gm)].map(([, letter, file]) => [
    letter as string,
    file as string,
  ]),
);

/** Those that need tasks which share pages are dialogues, each with a twin without the defence. */
const dialogues = new Map([
  ['j', 'freeloading'],
  ['k', 'double-caching'],
]);

test.each([...dialogues])('failure mode %s is a pair of dialogues, %s', (_, name) => {
  const texts = ['', '-undefended'].map((twin) =>
    readFileSync(new URL(`../dialogues/${name}${twin}.yaml`, folder), 'utf8'),
  );
  expect(texts[0]).not.toBe(texts[1]);
});

test.each(letters.filter((letter) => !dialogues.has(letter)))(
  'failure mode %s has a file',
  (letter) => {
    const file = files.get(letter);
    expect(file).toBeDefined();
    const text = readFileSync(new URL(file as string, folder), 'utf8');
    const { undefended, expectations } = checkScenario(parseSource(file as string, text));
    expect(undefended.length).toBeGreaterThan(0);
    const rows = expectations.map(({ text: that }) => that).join('\n');
    expect(rows).toContain('contracts-undefended.');
    expect(rows).toMatch(/(^|\W)contracts\./);
  },
);

test('the table names files that there are, and what is in them', () => {
  for (const file of files.values()) expect(existsSync(new URL(file, folder)), file).toBe(true);
  expect(readdirSync(folder).length).toBeGreaterThanOrEqual(files.size);
});
