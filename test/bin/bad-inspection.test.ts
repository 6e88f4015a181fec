/** Logs, explanations and views that cannot be had: told of in one line, nothing left behind. */

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leasehold, small, temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();

function put(name: string, content: string): void {
  writeFileSync(join(folder, name), content);
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

beforeAll(() => {
  putLogs();
  put('small.yaml', small);
  put('empty.ndjson', '');
  put('other.ndjson', '{"neither": "lackey", "nor": "pages"}\n');
  mkdirSync(join(folder, 'taken'));
});

afterAll(remove);

type Case = readonly [what: string, says: RegExp, ...args: string[]];

function lookingIn(): Case[] {
  const run = ['run', 'small.yaml', '--management', 'contracts-equal'];
  const early = ['--task', 'early'];
  return [
    [
      'events into a file that exists',
      /log.ndjson: exists already/,
      ...run,
      '--events',
      'log.ndjson',
    ],
    ['events into a folder that is not', /no parent folder/, ...run, '--events', 'no/such'],
    [
      'events into what is no folder',
      /small.yaml\/x: has no parent folder/,
      ...run,
      '--events',
      'small.yaml/x',
    ],
    [
      'all events of nothing',
      /--events-all: has no log, expected --events/,
      ...run,
      '--events-all',
    ],
    [
      'a log without a folder',
      /--log: has no folder, expected --out/,
      'compare',
      'small.yaml',
      '--log',
    ],
    ['a log into a folder that exists', /taken: exists/, ...run, '--log', '--out', 'taken'],
    ['a view of steps', /--steps: .*no --watch with it/, ...run, '--steps', '--watch'],
    [
      'a view of a bound',
      /optimal is a bound/,
      'run',
      'small.yaml',
      '--management',
      'optimal',
      '--watch',
    ],
    [
      'a bad interval',
      /--watch-every: is '5x', expected a time/,
      ...run,
      '--watch',
      '--watch-every',
      '5x',
    ],
    ['an interval of nothing', /--watch-every: watches nothing/, ...run, '--watch-every', '5ms'],
    ['a speed of nothing', /--watch-speed: watches nothing/, ...run, '--watch-speed', '2'],
    [
      'a speed that is none',
      /expected a number from 0.000001/,
      ...run,
      '--watch',
      '--watch-speed',
      '0',
    ],
    ['a log that is not there', /nowhere: does not exist/, 'explain', 'nowhere', ...early],
    ['a folder without logs', /taken: holds no event log, .*--log/, 'explain', 'taken', ...early],
    ['an empty log', /empty.ndjson: is empty/, 'explain', 'empty.ndjson', ...early],
    ['what is no log', /small.yaml:1: is no JSON object/, 'explain', 'small.yaml', ...early],
    [
      'JSON that is no log',
      /other.ndjson:1: is no event record/,
      'explain',
      'other.ndjson',
      ...early,
    ],
    ['a strange record', /strange.ndjson:3: .*frames/, 'explain', 'strange.ndjson', ...early],
    ['a log that is cut short', /cut.ndjson:2: is no JSON/, 'explain', 'cut.ndjson', ...early],
    ['an unknown task', /did you mean 'early'/, 'explain', 'log.ndjson', '--task', 'erly'],
    ['no task', /required option '--task/, 'explain', 'log.ndjson'],
    [
      'a bad time',
      /--at: is '12ms', .*references/,
      'explain',
      'log.ndjson',
      ...early,
      '--at',
      '12ms',
    ],
    [
      'a log of another row',
      /is of contracts in 64/,
      'explain',
      'log.ndjson',
      ...early,
      '--frames',
      '32',
    ],
    ['a log of a central pager', /is of mach, whose tasks/, 'explain', 'central.ndjson', ...early],
  ];
}

test('[INS6] each is told of in one line with exit code 2, and leaves nothing behind', async () => {
  const before = readdirSync(folder).toSorted();
  const waiting = [...lookingIn()];
  const next = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const [what, says, ...args] = one;
      const ended = await leasehold(folder, ...args);
      expect(ended.err, what).toMatch(/^leasehold: [^\n]+\n$/);
      expect(ended.err, what).toMatch(says);
      expect(ended, what).toMatchObject({ code: 2, out: '' });
    }
  };
  await Promise.all([next(), next(), next()]);
  expect(readdirSync(folder).toSorted()).toEqual(before);
  expect(readdirSync(join(folder, 'taken'))).toEqual([]);
}, 120_000);
