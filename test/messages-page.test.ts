import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { diskReasons } from './support/bad-input/disk-rows.ts';
import { fileReasons } from './support/bad-input/file-rows.ts';
import { memoryTable } from './support/bad-input/rows.ts';
import { swapReasons } from './support/bad-input/swap-rows.ts';
import { vmReasons } from './support/bad-input/vm-rows.ts';
import { messagesPage, refusalsOf } from './support/messages-page.ts';

const spec = readFileSync(new URL('../contracts/SPEC.md', import.meta.url), 'utf8');
const page = new URL('../docs/messages.md', import.meta.url);
const swap = Object.entries(swapReasons);
const disk = Object.entries(diskReasons);
const files = Object.entries(fileReasons);
const spaces = Object.entries(vmReasons);

test('docs/messages.md says what the rows of bad input say: -u writes it anew', async () => {
  await expect(messagesPage(memoryTable, swap, disk, files, spaces)).toMatchFileSnapshot(
    page.pathname,
  );
});

test('the specification lists the same refusals for each message', () => {
  const listed = refusalsOf(spec);
  const memory = memoryTable.map(([name, { when }]) => [name, when] as const);
  const rows = [...memory, ...swap, ...disk, ...files, ...spaces];
  for (const [name, when] of rows) {
    const reasons = [...(listed.get(name) ?? [])].filter((reason) => reason !== 'MALFORMED');
    expect(reasons.sort(), `${name}: SPEC.md beside its row in test/support/bad-input`).toEqual(
      Object.keys(when).sort(),
    );
  }
});

test('every refusal that a row gives a text for is tried, and every one tried has a text', () => {
  for (const [name, row] of memoryTable) {
    const { stranger, expired, cells = [], names = {}, when } = row;
    const tried = [stranger, expired, ...cells, ...Object.values(names)].map((one) =>
      typeof one === 'object' ? one.reason : one,
    );
    const reasons = [...new Set(tried)].filter((reason) => reason !== 0);
    expect(reasons.sort(), name).toEqual(Object.keys(when).sort());
  }
});

test('the reader of the specification finds what is there', () => {
  const text =
    '## Messages\n| aa, bb | x | NO_RUN, IN_USE (shared) |\n| cc | y | none |\n' +
    '| dd | y | the same |\ncc (also BUSY)\n## What costs what\n| ee | x | BUSY |\n';
  expect([...refusalsOf(text)]).toEqual([
    ['aa', ['NO_RUN', 'IN_USE']],
    ['bb', ['NO_RUN', 'IN_USE']],
    ['cc', ['BUSY']],
    ['dd', ['NO_RUN', 'IN_USE']],
  ]);
});
