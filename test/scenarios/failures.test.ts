/** The failure modes of the lineage (F2): each has a scenario, some a second one under a central pager. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkDialogue, defended, undefended } from '../../lab/dialogue/index.ts';
import { checkScenario, parseSource } from '../../lab/scenario/index.ts';

const folder = new URL('../../scenarios/failures/', import.meta.url);
const table = readFileSync(new URL('../README.md', folder), 'utf8');
const letters = [...'abcdefghijklmnopqrs'];
/** Letters and the files that the table in scenarios/README.md names for them. */
const files = [...table.matchAll(/^\| ([a-s]) \| `([\w./-]+\.yaml)` \|/gm)].map(
  ([, letter, file]) => ({ letter: letter as string, file: file as string }),
);

/** Those that need tasks which share pages: dialogues, spoken without the defence and with it. */
const isDialogue = ({ file }: { file: string }) => file.startsWith('../dialogues/');

test('every failure mode has a file', () => {
  expect([...new Set(files.map(({ letter }) => letter))].sort()).toEqual(letters);
});

test.each(files.filter(isDialogue))(
  'failure mode $letter is a dialogue with a switch, $file',
  ({ file }) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    const document = checkDialogue(parseSource(file, text));
    const spoken = [undefended(document), defended(document)];
    expect(spoken.map((one) => one?.document.steps.length)).not.toContain(document.steps.length);
  },
);

test.each(files.filter((one) => !isDialogue(one)))(
  'failure mode $letter is a scenario with the defence off and on, $file',
  ({ file }) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    const { undefended, expectations } = checkScenario(parseSource(file, text));
    expect(undefended.length).toBeGreaterThan(0);
    const rows = expectations.map(({ text: that }) => that).join('\n');
    const [, management] = /(?:^|\W)(contracts|mach)-undefended\./.exec(rows) ?? [];
    expect(rows).toMatch(new RegExp(`(^|\\W)${management}\\.`));
  },
);

test('the table names files that there are, and what is in them', () => {
  for (const { file } of files) expect(existsSync(new URL(file, folder)), file).toBe(true);
  for (const file of readdirSync(folder)) expect(table).toContain(`| \`${file}\` |`);
});
