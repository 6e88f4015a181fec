import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeOnce } from '../../lab/build-folder.mjs';
import { temporaryFolder } from '../bin/support.ts';

const PATIENCE_MS = 60_000;
let file = '';
let remove = (): void => {};

beforeEach(() => {
  const temporary = temporaryFolder();
  file = join(temporary.folder, 'thing');
  remove = temporary.remove;
});

afterEach(() => remove());

const made = (text: string): string => {
  makeOnce(file, () => writeFileSync(file, text), PATIENCE_MS);
  return readFileSync(file, 'utf8');
};

test('what is there is not made again; no mark stays', () => {
  expect(made('one')).toBe('one');
  expect(made('two')).toBe('one');
  expect(existsSync(`${file}.making`)).toBe(false);
});

test('where making fails it is told, and the next may try', () => {
  const fail = (): void => {
    throw new Error('no room');
  };
  expect(() => makeOnce(file, fail, PATIENCE_MS)).toThrow('no room');
  expect(made('again')).toBe('again');
});

test('threads that want it at once wait for the one that makes it', async () => {
  const code = `
    const { appendFileSync, renameSync, writeFileSync } = require('node:fs');
    const { workerData: { url, file } } = require('node:worker_threads');
    import(url).then(({ makeOnce }) => makeOnce(file, () => {
      appendFileSync(file + '.log', 'made\\n');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
      writeFileSync(file + '.draft', 'it');
      renameSync(file + '.draft', file);
    }, ${PATIENCE_MS}));`;
  const url = new URL('../../lab/build-folder.mjs', import.meta.url).href;
  const ends = [1, 2, 3].map(() => {
    const worker = new Worker(code, { eval: true, workerData: { url, file } });
    return new Promise((resolve) => worker.on('exit', resolve));
  });
  expect(await Promise.all(ends)).toEqual([0, 0, 0]);
  expect(readFileSync(`${file}.log`, 'utf8')).toBe('made\n');
  expect(readFileSync(file, 'utf8')).toBe('it');
});

test('nobody waits for a process that has ended, nor longer than making takes', () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  writeFileSync(`${file}.making`, String(pid));
  expect(made('after one that ended')).toBe('after one that ended');
  const other = `${file}-2`;
  writeFileSync(`${other}.making`, String(process.pid));
  const long = Date.now() / 1000 - PATIENCE_MS / 1000 - 1;
  utimesSync(`${other}.making`, long, long);
  makeOnce(other, () => writeFileSync(other, 'late'), PATIENCE_MS);
  expect(readFileSync(other, 'utf8')).toBe('late');
});
