/** The failure modes of the lineage (F2) that need no server still to come: each has a scenario. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkDialogue, defended, undefended } from '../../lab/dialogue/index.ts';
import { checkScenario, parseSource } from '../../lab/scenario/index.ts';

const folder = new URL('../../scenarios/failures/', import.meta.url);
const table = readFileSync(new URL('../README.md', folder), 'utf8');
/** b needs a server that is still to come. */
const letters = [...'acdefghijklmnopqrs'];
/** By letter: the file that the table in scenarios/README.md names. */
const files = new Map(
  [...table.matchAll(/^\| ([a-s]) \| `([\w./-]+\.yaml)` \|/gm)].map(([, letter, file]) => [
    letter as string,
    file as string,
  ]),
);

/** Those that need tasks which share pages: dialogues, spoken without the defence and with it. */
const dialogues = new Map([...files].filter(([, file]) => file.startsWith('../dialogues/')));

test.each([...dialogues])('failure mode %s is a dialogue with a switch, %s', (_, file) => {
  const text = readFileSync(new URL(file, folder), 'utf8');
  const document = checkDialogue(parseSource(file, text));
  const spoken = [undefended(document), defended(document)];
  expect(spoken.map((one) => one?.document.steps.length)).not.toContain(document.steps.length);
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
  for (const file of readdirSync(folder)) expect(table).toContain(`| \`${file}\` |`);
});
