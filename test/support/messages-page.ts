/**
 * The page of refusals (docs/messages.md), made of the rows of bad input that the tests try: what each
 * message can be refused for, and when.
 */

import { LEGAL, type Row } from './bad-input/row.ts';

const HEAD = `# What each message can be refused for

Made by \`npx vitest run test/messages-page.test.ts -u\` from the rows that \`test/servers/memory/bad-input.test.ts\` and
\`test/servers/swap/bad-input.test.ts\` try: each refusal here is one that they have seen, with nothing changed by it.
What a message means and who sends it: [contracts/SPEC.md](../contracts/SPEC.md); what to do next: the texts in
\`contracts/refusals.ts\`.

Every message besides is refused as MALFORMED (tag 0) when a field is missing, no integer or out of its bounds, when the
receiver does not serve it, and when a capability came along that has no place in it [MEM7] [MEM30]. From a task that
is dead nothing is served and nothing answered [MEM6].

`;

export function messagesPage(
  memory: readonly (readonly [name: string, row: Row])[],
  swap: readonly (readonly [name: string, when: Row['when']])[],
  disk: readonly (readonly [name: string, when: Row['when']])[] = [],
  files: readonly (readonly [name: string, when: Row['when']])[] = [],
  spaces: readonly (readonly [name: string, when: Row['when']])[] = [],
): string {
  const times = memory.map(
    ([name, { stranger, expired }]) => `| ${name} | ${answer(stranger)} | ${answer(expired)} |`,
  );
  return [
    `${HEAD}## To the memory server\n`,
    refusalTable(memory.map(([name, { when }]) => [name, when])),
    '\n## Without a contract\n',
    'The message of a task that has named what it has, as it is answered before any contract and after the end of one.',
    'Whoever has no contract has nothing to name; after the end things stay as they are until frames are needed.\n',
    '| message | before any contract | after the end |\n|---|---|---|',
    times.join('\n'),
    '\n## To the swap server, or to the default pager before it\n',
    'The reason stands in `swapped`. What came along is gone then; the container is as it was.\n',
    refusalTable(swap),
    '\n## To a disk server\n',
    'Of a transfer the reason stands in `diskDone`. Without a contract everything but `renewDisk` is served, by best effort.\n',
    refusalTable(disk),
    '\n## To a file server, or to a pipe\n',
    'Of a read, a write and a pipe the reason stands in `fileDone`; nothing has been written then, and of a read the answer says',
    'how many pages are there.\n',
    refusalTable(files),
    '\n## To a virtual memory server\n',
    'Tried in `test/servers/central/mach/vm-server.test.ts`.\n',
    refusalTable(spaces),
    '',
  ].join('\n');
}

function refusalTable(rows: readonly (readonly [name: string, when: Row['when']])[]): string {
  const lines = rows.flatMap(([name, when]) => {
    const reasons = Object.entries(when);
    if (reasons.length === 0) return [`| ${name} | | never |`];
    return reasons.map(([reason, text], i) => `| ${i === 0 ? name : ''} | ${reason} | ${text} |`);
  });
  return `| message | refused for | when |\n|---|---|---|\n${lines.join('\n')}`;
}

function answer(reason: Row['stranger']): string {
  return reason === LEGAL ? 'served' : reason;
}

/** Refusals that the specification lists for each message: the last column of its tables. */
export function refusalsOf(spec: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let before: string[] = [];
  const section = spec.slice(spec.indexOf('## Messages'), spec.indexOf('## What costs what'));
  for (const [, names, rest] of section.matchAll(/^\| ([a-z]\w+(?:, [a-z]\w+)*) \|(.*)\|$/gm)) {
    const last = (rest as string).split('|').at(-1)?.trim() ?? '';
    const reasons = last.match(/\b[A-Z]{2,}(?:_[A-Z]+)*\b/g) ?? [];
    if (reasons.length > 0) before = [...reasons];
    const own = last.startsWith('the same') ? before : [...reasons];
    for (const name of (names as string).split(', ')) found.set(name, own);
  }
  for (const [, name, reason] of section.matchAll(/\b(\w+) \(also ([A-Z_]+)\)/g))
    found.set(name as string, [...(found.get(name as string) ?? []), reason as string]);
  return found;
}
