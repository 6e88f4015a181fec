import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leasehold, small, temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();
const sort = fileURLToPath(new URL('../../traces/sort.lht', import.meta.url));
const skeleton = fileURLToPath(new URL('../../clients/policies/skeleton.ts', import.meta.url));

function put(name: string, content: string | Uint8Array): void {
  writeFileSync(join(folder, name), content);
}

/** The skeleton with a victim() that goes wrong. */
function putPolicy(name: string, body: string): void {
  const text = readFileSync(skeleton, 'utf8');
  put(name, text.replace('victim(state, view) {', `victim(state, view) { ${body}`));
}

function withTrace(name: string): string {
  return small.replace('program: { kind: loop, pages: 40, rounds: 20 }', `trace: ${name}`);
}

beforeAll(() => {
  const trace = readFileSync(sort);
  const corrupt = Uint8Array.from(trace);
  corrupt[9000] ^= 255;
  put('truncated.lht', trace.subarray(0, 5000));
  put('corrupt.lht', corrupt);
  put('empty.lht', '');
  put('other.lht', '{"neither": "lackey", "nor": "pages"}\n');
  put('long.lht', ` L 04001234,3\n${'x'.repeat(5000)}\n`);
  for (const name of ['truncated', 'corrupt', 'empty', 'other', 'long', 'missing'])
    put(`${name}.yaml`, withTrace(`${name}.lht`));
  put('small.yaml', small);
  put('above.yaml', small.replace('policy: fifo', 'contract: { guaranteed: 100 }'));
  put('zero.yaml', small.replace('frames: 64', 'frames: 0'));
  put('few.yaml', small.replace('frames: 64', 'frames: 20'));
  put('misspelt.yaml', small.replace('fifo', 'fiffo'));
  put('page.yaml', small.replace('policy: fifo', 'pageSize: 8192'));
  putPolicy('throws.ts', "throw new Error('one\\ntwo');");
  putPolicy('loops.ts', 'for (;;) state.hand++;');
  putPolicy('stranger.ts', 'return state.resident.indexOf(0);');
  put('nothing.ts', 'export default 5;');
  mkdirSync(join(folder, 'taken'));
});

afterAll(remove);

type Case = readonly [what: string, code: number, says: RegExp, ...args: string[]];

const cases: readonly Case[] = [
  ['a truncated trace', 2, /truncated.yaml:7:23: .*cut short/, 'compare', 'truncated.yaml'],
  ['a corrupt trace', 2, /corrupt.yaml:7:23: .*checksum/, 'compare', 'corrupt.yaml'],
  ['an empty trace', 2, /empty.yaml:7:23: .*is empty/, 'compare', 'empty.yaml'],
  [
    'a trace of another format',
    2,
    /other.yaml:7:23: .*expected a trace of one of/,
    'compare',
    'other.yaml',
  ],
  ['a line over 4 KiB', 2, /long.yaml:7:23: .*long.lht:2/, 'compare', 'long.yaml'],
  ['a missing trace', 2, /missing.yaml:7:23: .*cannot be opened/, 'compare', 'missing.yaml'],
  ['a bad trace to convert', 2, /cut short/, 'trace', 'convert', 'truncated.lht', 'new'],
  [
    'an unknown trace format',
    2,
    /unknown trace format 'x', expected/,
    'trace',
    'info',
    sort,
    '--format',
    'x',
  ],
  ['a page of 5000 bytes', 2, /power of two/, 'trace', 'info', 'other.lht', '--page-bytes', '5000'],
  [
    'columns that place nothing',
    2,
    /give --columns/,
    'trace',
    'info',
    'other.lht',
    '--columns',
    'a,b',
  ],
  ['a mix of nothing', 2, /new: stands alone, expected traces/, 'trace', 'mix', 'new'],
  ['a sample of too much', 2, /rate 2, expected/, 'trace', 'sample', sort, 'new', '--rate', '2'],
  ['a filter without frames', 2, /--frames/, 'trace', 'filter', sort, 'new'],
  [
    'a cut behind the end',
    2,
    /sort.lht: .*expected a part/,
    'trace',
    'cut',
    sort,
    'new',
    '--from',
    '99999999',
  ],
  [
    'a format that is not written',
    2,
    /to write, expected/,
    'trace',
    'convert',
    sort,
    'new',
    '--to',
    'spc',
  ],
  ['a trace to write that exists', 2, /exists already/, 'trace', 'convert', sort, 'small.yaml'],
  ['a program that is not there', 2, /nosuch/, 'trace', 'record', 'new', '--', './nosuch'],
  ['a curve of no trace', 2, /nowhere.lht: cannot be opened/, 'curve', 'nowhere.lht'],
  ['a curve of more than all', 2, /1.5 of the pages, expected/, 'curve', sort, '--sizes', '1.5'],
  ['smaller pages', 2, /at least the 4096 it was/, 'curve', sort, '--page-bytes', '512'],
  [
    'traffic of phases',
    2,
    /--traffic: .*--of phases/,
    'curve',
    sort,
    '--of',
    'phases',
    '--traffic',
  ],
  [
    'policies of page sizes',
    2,
    /--policy: .*LRU/,
    'curve',
    sort,
    '--of',
    'page-size',
    '--policy',
    'clock',
  ],
  ['parts of no phases', 2, /--parts: .*add --of phases/, 'curve', sort, '--parts', '5'],
  ['too many parts', 2, /--parts: is 5000,/, 'curve', sort, '--of', 'phases', '--parts', '5000'],
  ['columns of a compact trace', 2, /leave the columns out/, 'curve', sort, '--columns', 'page'],
  ['a folder to write in that is not there', 2, /no folder/, 'trace', 'convert', sort, 'none/new'],
  ['a curve at no size', 2, /--sizes: has 'x', expected/, 'curve', sort, '--sizes', 'x'],
  [
    'a curve of a policy that throws',
    3,
    /failed: one/,
    'curve',
    sort,
    '--policy',
    './throws.ts',
    '--limit',
    '9000',
    '--sizes',
    '4',
  ],
  ['a missing scenario', 2, /nowhere.yaml: cannot be read/, 'compare', 'nowhere.yaml'],
  [
    'guarantees above memory',
    2,
    /above.yaml:7:.*at most the 64 of memory/,
    'compare',
    'above.yaml',
  ],
  ['zero frames', 2, /zero.yaml:2:20: machine.frames is 0/, 'compare', 'zero.yaml'],
  ['too few frames', 2, /few.yaml:2:20: .*more frames/, 'compare', 'few.yaml', '--out', 'new'],
  ['an unknown policy', 2, /misspelt.yaml:7:.*did you mean 'fifo'/, 'compare', 'misspelt.yaml'],
  ['a page size', 2, /page.yaml:7:.*expected 4096 or 2097152/, 'compare', 'page.yaml'],
  ['an unknown management', 2, /did you mean 'mach'/, 'run', 'small.yaml', '--management', 'mac'],
  ['an unknown option', 2, /Did you mean --frames/, 'compare', 'small.yaml', '--framse', '4'],
  ['a folder that exists', 2, /taken: exists already/, 'compare', 'small.yaml', '--out', 'taken'],
  [
    'a file of no policy',
    2,
    /no default export/,
    'compare',
    'small.yaml',
    '--policy',
    './nothing.ts',
  ],
  [
    'a policy of nobody',
    2,
    /--policy: .*none under mach;/,
    ...['run', 'small.yaml', '--management', 'mach', '--policy', 'lru'],
  ],
  ['a missing policy', 2, /does not exist/, 'compare', 'small.yaml', '--policy', './nowhere.ts'],
  [
    'a policy that throws',
    3,
    /'skeleton' failed: one/,
    'compare',
    'small.yaml',
    '--policy',
    './throws.ts',
    '--out',
    'new',
  ],
  [
    'a policy that loops',
    3,
    /has not come back/,
    'compare',
    'small.yaml',
    '--policy',
    './loops.ts',
    '--patience',
    '0.5',
    '--out',
    'new',
  ],
  [
    'a policy that evicts what it does not hold',
    3,
    /named page \d+ as victim/,
    'run',
    'small.yaml',
    '--management',
    'contracts-equal',
    '--policy',
    './stranger.ts',
    '--events',
    'new',
  ],
];

test('each bad input is told of in one line, with its exit code, and leaves nothing behind', async () => {
  const before = readdirSync(folder).toSorted();
  const waiting = [...cases];
  const next = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const [what, code, says, ...args] = one;
      const ended = await leasehold(folder, ...args);
      expect(ended.err, what).toMatch(/^leasehold: [^\n]+\n$/);
      expect(ended.err, what).toMatch(says);
      expect(ended, what).toMatchObject({ code, out: '' });
    }
  };
  await Promise.all([next(), next(), next()]);
  expect(readdirSync(folder).toSorted()).toEqual(before);
  expect(readdirSync(join(folder, 'taken'))).toEqual([]);
}, 120_000);
