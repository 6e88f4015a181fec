import { expect, test } from 'vitest';
import { HINT_NONE, HINT_RANDOM, HINT_WILL_NEED } from '../../../contracts/messages.ts';
import { boot, type World } from '../../../lab/run/boot.ts';
import { runCell, runWorld } from '../../../lab/run/cell.ts';
import type { CellOptions } from '../../../lab/run/cell-options.ts';
import type { FileServerPlan, ReadingPlan } from '../../../lab/run/server-plans.ts';
import { IO_WAIT } from '../../../nucleus/tasks.ts';
import { checkCache } from '../../../servers/file/caching/cache.ts';
import type { FileServerState } from '../../../servers/file/state.ts';
import { blockOf, checkFileSystem } from '../../../servers/file/system/index.ts';
import { createContents } from '../../../sim-hw/contents.ts';
import { readBlock } from '../../../sim-hw/devices/medium.ts';
import { readFrame } from '../../../sim-hw/frames.ts';
import { cell, task, writing } from '../../support/cells.ts';
import { toReferenceString } from '../../support/reference-strings.ts';

const LOCK_NS = 1e6;
const bare: FileServerPlan = { name: 'disk', lock: LOCK_NS, cache: null, diesAt: null };
const caching: FileServerPlan = {
  ...bare,
  cache: { guaranteed: 0, extra: 12, protectedShare: 0.5, filters: false },
};

/** Pages 0 to 11 are read from a file, in parts of 4; the other 8 are its pager's. */
const rounds = Array.from({ length: 60 }, (_, at) => at % 20);

function options(files: readonly FileServerPlan[], writes = false, lockMax = LOCK_NS): CellOptions {
  const program = writes ? writing(rounds) : toReferenceString(rounds, { collapse: false });
  const from = files.map(({ name }) => name);
  const reader = task('reader', program, 'fifo', 12, {
    initial: 'zero',
    reads: { pages: [0, 12], from, window: 4, lockMax },
  });
  const other = task('other', program, 'fifo', 10, { initial: 'zero' });
  return cell(48, [reader, other], { files, oracles: true });
}

function run(given: CellOptions) {
  const { tasks, oracles } = runCell(given);
  return { reader: tasks[0], found: oracles.flatMap(({ violations }) => violations) };
}

function serverOf(world: World): FileServerState {
  return world.kernel.receivers.at(-1)?.state as FileServerState;
}

test('[FILE7] parts of a file are read as those of an archive, and mapped all at once', () => {
  const { reader, found } = run(options([bare]));
  // 3 parts a round: one fault each, for the other pages of a part are mapped with it.
  expect(reader).toMatchObject({ references: 60, hardFaults: 9, softFaults: 8 });
  expect(found).toEqual([]);
});

test('[FILE13] the second round comes from the cache, with the same pages', () => {
  const world = boot(options([caching]));
  runWorld(world);
  const { drive, cache, system, requests } = serverOf(world);
  expect(drive.blocksRead).toBe(12);
  expect(cache).toMatchObject({ hits: 24, misses: 12 });
  expect(cache && checkCache(cache)).toBeUndefined();
  expect(checkFileSystem(system)).toBeUndefined();
  expect(requests.free.length).toBe(requests.table.length);
  expect(run(options([caching]))).toMatchObject({ found: [], reader: { references: 60 } });
});

test('[FILE13] what a client writes there is its own: the file, and the cache, are as before', () => {
  const { reader, found } = run(options([caching], true));
  expect(reader).toMatchObject({ references: 60 });
  expect(found).toEqual([]);
});

test('[FILE10] when its server dies it asks the next one, and has lost no frame', () => {
  const next = { ...bare, name: 'spare' };
  for (const diesAt of [1, 50_000, 100_000, 150_000, 200_000, 300_000]) {
    const { reader, found } = run(options([{ ...bare, diesAt }, next]));
    expect(reader).toMatchObject({ references: 60, framesMax: 12 });
    expect(found).toEqual([]);
  }
});

test('[FILE9] a server that may not lock for as long as it wants is asked in vain, and the next one', () => {
  const next = { ...bare, name: 'spare', lock: LOCK_NS / 2 };
  const { reader, found } = run(options([bare, next], false, LOCK_NS / 2));
  expect(reader).toMatchObject({ references: 60 });
  expect(found).toEqual([]);
});

/** Pages of the first 12 whose block, or buffer, has not what the program wrote last. */
function behind(world: World): number[] {
  const { system, drive, buffers } = serverOf(world);
  const { frames, spaces, windowLists, windowFrame } = world.kernel.state;
  const [space] = spaces;
  const contents = createContents(false);
  return Array.from({ length: 12 }, (_, page) => page).filter((page) => {
    const block = blockOf(system.inodes.extents[0], page);
    const buffer = buffers?.bufferOf[block] ?? -1;
    readBlock(drive.medium, block, contents);
    if (buffers !== null && buffer >= 0) {
      const frame = windowLists[buffers.window - windowFrame.length].frames[buffer];
      readFrame(frames, frame, contents);
    }
    return contents.low !== space.versions[page];
  });
}

test.each([
  ['through', null],
  ['behind', { ahead: 0, behind: 8, age: 1e9 }],
  ['behind, and flushed soon', { ahead: 4, behind: 4, age: 30_000 }],
] as const)(
  '[FILE18] a task that writes its file has each part written back before the next: %s',
  (_, buffers) => {
    for (const server of [bare, caching]) {
      const given = options([{ ...server, buffers }], true);
      const [reader, other] = given.tasks;
      const reads = { ...(reader.reads as ReadingPlan), writes: true };
      const world = boot({ ...given, tasks: [{ ...reader, reads }, other] });
      runWorld(world);
      const { system, requests } = serverOf(world);
      // Three rounds over 12 pages: what is in the last part went nowhere.
      expect(behind(world)).toEqual([8, 9, 10, 11]);
      expect([...world.kernel.state.spaces[0].versions.slice(0, 12)]).toEqual(Array(12).fill(3));
      expect(checkFileSystem(system)).toBeUndefined();
      expect(requests.free.length).toBe(requests.table.length);
      const cellOfIt = { ...given, tasks: [{ ...reader, reads }, other] };
      expect(run(cellOfIt)).toMatchObject({ found: [], reader: { references: 60 } });
    }
  },
);

test('[FILE17] a task whose file is read ahead waits less for it', () => {
  const buffers = { ahead: 8, behind: 0, age: 1 };
  const stalls = [null, buffers].map((one) => {
    const world = boot(options([{ ...bare, buffers: one }]));
    runWorld(world);
    return world.kernel.state.tasks[3].times[IO_WAIT];
  });
  expect(stalls[1]).toBeLessThan(stalls[0]);
});

test('[FILE17] hints reach the server with the first read', () => {
  const buffers = { ahead: 8, behind: 0, age: 1 };
  const given = options([{ ...bare, buffers }]);
  const [reader, other] = given.tasks;
  const readAhead = [HINT_NONE, HINT_RANDOM, HINT_WILL_NEED].map((hint) => {
    const reads = { ...(reader.reads as ReadingPlan), hint };
    const world = boot({ ...given, tasks: [{ ...reader, reads }, other] });
    runWorld(world);
    return serverOf(world).buffers?.readAhead;
  });
  expect(readAhead[1]).toBe(0);
  expect(readAhead[0]).toBeGreaterThan(0);
  expect(readAhead[2]).toBeGreaterThan(0);
});
