import { expect, test } from 'vitest';
import {
  ask,
  createReaders,
  FIRST_READER,
  readerOf,
  readMany,
  settle,
} from '../../../bench/file-readers.ts';
import { type CacheState, checkCache } from '../../../servers/file/caching/cache.ts';

/** All of them: FILE_READS=1000000 npx vitest run test/servers/file/crowd */
const READS = Number(process.env.FILE_READS ?? 20_000);

test('[FILE7] the server’s frames are as many after any number of reads', () => {
  const readers = createReaders(100);
  const { kernel, server } = readers;
  const before = kernel.state.tasks[server.id].framesHeld;
  const free = kernel.state.frames.buddy.free;
  const records = server.requests.table.length;
  for (let read = 0; read < READS; read += 1000) {
    expect(readMany(readers, 1000, 40)).toBe(1000);
    expect(kernel.state.tasks[server.id].framesHeld).toBe(before);
    expect(kernel.state.frames.buddy.free).toBe(free);
  }
  expect(before).toBe(0);
  expect(server.requests.table.length).toBe(records);
  expect(server.drive.blocksRead).toBe(READS);
}, 600_000);

test('[FILE11] ten thousand clients read at once under one server', () => {
  const readers = createReaders(10_000);
  const { kernel, server } = readers;
  for (let client = 0; client < 10_000; client++) ask(readers, client, client);
  expect(server.requests.free.length).toBe(0);
  expect(kernel.state.tasks[server.id].framesHeld).toBe(0);
  settle(readers);
  expect(server.requests.free.length).toBe(10_000);
  for (let client = 0; client < 10_000; client++)
    expect(readerOf(kernel, client)).toMatchObject({ done: 1, refused: 0 });
  expect(kernel.state.tasks[FIRST_READER].framesHeld).toBe(1);
});

const CACHE = { guaranteed: 0, extra: 64, protectedShare: 0.5, filters: false };

test('[FILE13] with a cache the server’s frames stay within its contract, after any number of reads', () => {
  const readers = createReaders(100, CACHE);
  const { kernel, server } = readers;
  const cache = server.cache as CacheState;
  for (let read = 0; read < READS; read += 1000) {
    expect(readMany(readers, 1000, 40)).toBe(1000);
    expect(kernel.state.tasks[server.id].framesHeld).toBeLessThanOrEqual(64);
  }
  expect(kernel.state.tasks[server.id].framesMax).toBeLessThanOrEqual(64);
  expect(cache.hits + cache.misses).toBe(READS);
  expect(server.drive.blocksRead).toBe(cache.misses);
  expect(checkCache(cache)).toBeUndefined();
}, 600_000);

test('[FILE13] ten thousand clients read at once from a cache within its contract', () => {
  const readers = createReaders(10_000, CACHE);
  const { kernel, server } = readers;
  for (let client = 0; client < 10_000; client++) ask(readers, client, client % 32);
  settle(readers);
  expect(server.requests.free.length).toBe(10_000);
  for (let client = 0; client < 10_000; client++)
    expect(readerOf(kernel, client)).toMatchObject({ done: 1, refused: 0 });
  expect(kernel.state.tasks[server.id].framesMax).toBeLessThanOrEqual(64);
  expect(checkCache(server.cache as CacheState)).toBeUndefined();
});
