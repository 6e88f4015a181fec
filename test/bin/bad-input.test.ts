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

/** An event log, and files that are none. */
function putLogs(): void {
  const header = {
    kind: 'run',
    version: 1,
    scenario: 'small',
    management: 'contracts',
    frames: 64,
    seed: 1,
    clock: 'references',
    steps: false,
    terms: { term: 0, graceExtra: 1, graceShrink: 1, penalty: 'none' },
    tasks: ['early', 'late'],
  };
  const text = (...records: object[]) => records.map((one) => `${JSON.stringify(one)}\n`).join('');
  const grant = { kind: 'grant', at: 5, task: 'early', frames: 1, extra: false, waited: 0 };
  put('log.ndjson', text(header, grant));
  put('central.ndjson', text({ ...header, management: 'mach' }));
  put('strange.ndjson', text(header, grant, { ...grant, frames: -1 }));
  put('cut.ndjson', text(header, grant).slice(0, -9));
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
  putLogs();
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
    /other.yaml:7:23: .*expected lackey text/,
    'compare',
    'other.yaml',
  ],
  ['a line over 4 KiB', 2, /long.yaml:7:23: .*long.lht:2/, 'compare', 'long.yaml'],
  ['a missing trace', 2, /missing.yaml:7:23: .*cannot be opened/, 'compare', 'missing.yaml'],
  ['a bad trace to convert', 2, /cut short/, 'trace', 'convert', 'truncated.lht', 'new'],
  ['a trace to write that exists', 2, /exists already/, 'trace', 'convert', sort, 'small.yaml'],
  ['a program that is not there', 2, /nosuch/, 'trace', 'record', 'new', '--', './nosuch'],
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
  ...lookingIn(),
];

/** Logs, explanations and views. */
function lookingIn(): Case[] {
  const run = ['run', 'small.yaml', '--management', 'contracts-equal'];
  const early = ['--task', 'early'];
  return [
    [
      'events into a file that exists',
      2,
      /misspelt.yaml: exists already/,
      ...run,
      '--events',
      'misspelt.yaml',
    ],
    ['events into a folder that is not', 2, /no parent folder/, ...run, '--events', 'no/such'],
    [
      'events into what is no folder',
      2,
      /cannot be written \(ENOTDIR\)/,
      ...run,
      '--events',
      'small.yaml/x',
    ],
    [
      'all events of nothing',
      2,
      /--events-all: has no log, expected --events/,
      ...run,
      '--events-all',
    ],
    [
      'a log without a folder',
      2,
      /--log: has no folder, expected --out/,
      'compare',
      'small.yaml',
      '--log',
    ],
    ['a log into a folder that exists', 2, /taken: exists/, ...run, '--log', '--out', 'taken'],
    ['a view of steps', 2, /--steps: .*no --watch with it/, ...run, '--steps', '--watch'],
    [
      'a view of a bound',
      2,
      /optimal is a bound/,
      'run',
      'small.yaml',
      '--management',
      'optimal',
      '--watch',
    ],
    [
      'a bad interval',
      2,
      /--watch-every: is '5x', expected a time/,
      ...run,
      '--watch',
      '--watch-every',
      '5x',
    ],
    ['an interval of nothing', 2, /--watch-every: watches nothing/, ...run, '--watch-every', '5ms'],
    ['a speed of nothing', 2, /--watch-speed: watches nothing/, ...run, '--watch-speed', '2'],
    [
      'a speed that is none',
      2,
      /expected a number from 0.000001/,
      ...run,
      '--watch',
      '--watch-speed',
      '0',
    ],
    ['a log that is not there', 2, /nowhere: does not exist/, 'explain', 'nowhere', ...early],
    [
      'a folder without logs',
      2,
      /taken: holds no event log, .*--log/,
      'explain',
      'taken',
      ...early,
    ],
    ['an empty log', 2, /empty.lht: is empty/, 'explain', 'empty.lht', ...early],
    ['what is no log', 2, /small.yaml:1: is no JSON object/, 'explain', 'small.yaml', ...early],
    ['JSON that is no log', 2, /other.lht:1: is no event record/, 'explain', 'other.lht', ...early],
    ['a strange record', 2, /strange.ndjson:3: .*frames/, 'explain', 'strange.ndjson', ...early],
    ['a log that is cut short', 2, /cut.ndjson:2: is no JSON/, 'explain', 'cut.ndjson', ...early],
    ['an unknown task', 2, /did you mean 'early'/, 'explain', 'log.ndjson', '--task', 'erly'],
    ['no task', 2, /required option '--task/, 'explain', 'log.ndjson'],
    [
      'a bad time',
      2,
      /--at: is '12ms', .*references/,
      'explain',
      'log.ndjson',
      ...early,
      '--at',
      '12ms',
    ],
    [
      'a log of another row',
      2,
      /is of contracts in 64/,
      'explain',
      'log.ndjson',
      ...early,
      '--frames',
      '32',
    ],
    [
      'a log of a central pager',
      2,
      /is of mach, whose tasks/,
      'explain',
      'central.ndjson',
      ...early,
    ],
  ];
}

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
