import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BUSY,
  DEVICE_FAILED,
  DISK_FULL,
  DONE,
  FILE_TOO_LONG,
  MALFORMED,
  NO_PLACE,
  NO_SUCH_FILE,
} from '../../../../contracts/refusals.ts';
import {
  beginCommit,
  blockOf,
  checkFileSystem,
  copyRange,
  createPlan,
  decodeName,
  encodeName,
  endCommit,
  endRead,
  endWrite,
  FILE_PAGES_MAX,
  type FileSystem,
  giveUpWrite,
  HOLE,
  isName,
  isSynced,
  layOut,
  openFile,
  planRead,
  planWrite,
  removeFile,
  truncateFile,
} from '../../../../servers/file/system/index.ts';
import { createFileSystem } from '../../../../servers/file/system/state.ts';

function fresh(blocks = 64, files = 4, tableBlocks = 1): FileSystem {
  return createFileSystem(
    layOut(blocks, 4, tableBlocks, files) as NonNullable<ReturnType<typeof layOut>>,
  );
}

function open(system: FileSystem, name: string, create = true): number {
  const [low, high] = encodeName(name) as readonly [number, number];
  return openFile(system, low, high, create);
}

function write(system: FileSystem, inode: number, page: number, count: number): number {
  const plan = createPlan();
  const reason = planWrite(system, inode, page, count, plan);
  return reason === DONE ? endWrite(system, plan) : reason;
}

function commit(system: FileSystem): void {
  if (beginCommit(system)) endCommit(system, true);
}

/** The blocks of a file, page by page. */
function blocks(system: FileSystem, inode: number): number[] {
  const { extents, pages } = system.inodes;
  return Array.from({ length: pages[inode] }, (_, page) => blockOf(extents[inode], page));
}

function pagesOf(model: (number[] | undefined)[], file: number): number[] {
  const pages = model[file] ?? [];
  model[file] = pages;
  return pages;
}

const operation = fc.oneof(
  fc.record({
    kind: fc.constant('write' as const),
    file: fc.nat(2),
    page: fc.nat(9),
    count: fc.integer({ min: 1, max: 5 }),
  }),
  fc.record({ kind: fc.constant('truncate' as const), file: fc.nat(2), page: fc.nat(12) }),
  fc.record({
    kind: fc.constant('copy' as const),
    file: fc.nat(2),
    page: fc.nat(9),
    count: fc.integer({ min: 1, max: 6 }),
    into: fc.nat(2),
    at: fc.nat(9),
  }),
  fc.record({ kind: fc.constant('remove' as const), file: fc.nat(2) }),
  fc.record({ kind: fc.constant('commit' as const), file: fc.constant(0) }),
);

test('[FILE1] it does what a map of arrays does', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const system = fresh(200, 3);
      const model: (number[] | undefined)[] = [];
      const written = new Map<number, number>();
      let stamp = 0;
      for (const one of operations) {
        if (one.kind === 'commit') {
          commit(system);
          continue;
        }
        const inode = open(system, `f${one.file}`);
        const pages = pagesOf(model, one.file);
        if (one.kind === 'write') {
          const plan = createPlan();
          expect(planWrite(system, inode, one.page, one.count, plan)).toBe(DONE);
          let page = one.page;
          while (pages.length < page) pages.push(0);
          for (let run = 0; run < plan.runs.length; run += 2)
            for (let block = plan.runs[run]; block < plan.runs[run] + plan.runs[run + 1]; block++) {
              written.set(block, ++stamp);
              pages[page++] = stamp;
            }
          expect(endWrite(system, plan)).toBe(DONE);
        } else if (one.kind === 'truncate') {
          expect(truncateFile(system, inode, one.page)).toBe(DONE);
          model[one.file] = Array.from({ length: one.page }, (_, at) => pages[at] ?? 0);
        } else if (one.kind === 'copy') {
          const into = open(system, `f${one.into}`);
          const target = pagesOf(model, one.into);
          const part = pages.slice(one.page, one.page + one.count);
          expect(copyRange(system, inode, one.page, into, one.at, one.count)).toBe(part.length);
          if (part.length > 0) while (target.length < one.at) target.push(0);
          target.splice(one.at, part.length, ...part);
        } else {
          expect(removeFile(system, inode)).toBe(DONE);
          model[one.file] = undefined;
        }
        expect(checkFileSystem(system)).toBeUndefined();
        for (let file = 0; file < 3; file++) {
          const found = open(system, `f${file}`, false);
          const stamps =
            found < 0 ? undefined : blocks(system, found).map((block) => written.get(block) ?? 0);
          expect(stamps).toEqual(model[file]);
        }
      }
    }),
    { seed: 4, numRuns: 150 },
  );
});

test('[FILE3] nothing is overwritten, and nothing reused before what let go of it is durable', () => {
  const system = fresh();
  const file = open(system, 'a');
  write(system, file, 0, 4);
  commit(system);
  const [first] = blocks(system, file);
  write(system, file, 0, 4);
  expect(blocks(system, file)).not.toContain(first);
  const plan = createPlan();
  const free = system.space.freeCount;
  expect(planWrite(system, file, 10, free, plan)).toBe(DONE);
  expect(plan.runs).not.toContain(first);
  giveUpWrite(system, plan);
  beginCommit(system);
  expect(system.space.freeCount).toBe(free);
  endCommit(system, true);
  expect(system.space.freeCount).toBe(free + 4);
  // A reader has its blocks to the end, whatever becomes of the file.
  expect(planRead(system, file, 0, 9, plan)).toBe(DONE);
  expect(plan.count).toBe(4);
  const held = [...plan.runs];
  removeFile(system, file);
  commit(system);
  expect(checkFileSystem(system, held)).toBeUndefined();
  expect(system.space.freeCount).toBe(free + 4);
  endRead(system, plan);
  commit(system);
  expect(system.space.freeCount).toBe(free + 8);
});

test('[FILE1] what does not fit is refused, and has changed nothing', () => {
  const system = fresh(20, 2);
  const file = open(system, 'a');
  expect(open(system, 'none', false)).toBe(-NO_SUCH_FILE);
  expect(openFile(system, 0, 1, true)).toBe(-MALFORMED);
  expect(write(system, file, FILE_PAGES_MAX - 1, 2)).toBe(FILE_TOO_LONG);
  expect(truncateFile(system, file, FILE_PAGES_MAX + 1)).toBe(FILE_TOO_LONG);
  expect(write(system, file, 0, 0)).toBe(MALFORMED);
  expect(write(system, 3, 0, 1)).toBe(NO_SUCH_FILE);
  expect(truncateFile(system, 1, 0)).toBe(NO_SUCH_FILE);
  expect(removeFile(system, -1)).toBe(NO_SUCH_FILE);
  expect(copyRange(system, file, 0, 1, 0, 1)).toBe(-NO_SUCH_FILE);
  expect(system.space.freeCount).toBe(12);
  expect(write(system, file, 0, 13)).toBe(DISK_FULL);
  expect(write(system, file, 0, 12)).toBe(DONE);
  truncateFile(system, file, 4);
  // There will be room as soon as a commit is over.
  expect(write(system, file, 0, 5)).toBe(BUSY);
  commit(system);
  expect(write(system, file, 0, 5)).toBe(DONE);
  expect(open(system, 'b')).toBe(1);
  expect(open(system, 'c')).toBe(-NO_PLACE);
  expect(checkFileSystem(system)).toBeUndefined();
});

test('[FILE1] a table that would not fit at the next checkpoint takes no extent more', () => {
  const system = fresh(1200, 1);
  const file = open(system, 'a');
  let page = 0;
  while (write(system, file, page, 1) === DONE) {
    page += 2;
    commit(system);
  }
  expect(page).toBe(2 * 336);
  expect(copyRange(system, file, 0, file, 1, 1)).toBe(-DISK_FULL);
  truncateFile(system, file, 100);
  expect(write(system, file, 100, 1)).toBe(DONE);
  expect(checkFileSystem(system)).toBeUndefined();
});

test('[FILE1] a file that went, and came again under its number, is another one', () => {
  const system = fresh();
  const file = open(system, 'a');
  const plan = createPlan();
  planWrite(system, file, 0, 2, plan);
  removeFile(system, file);
  expect(open(system, 'a')).toBe(file);
  expect(endWrite(system, plan)).toBe(NO_SUCH_FILE);
  expect(blocks(system, file)).toEqual([]);
  expect(checkFileSystem(system)).toBeUndefined();
});

test('[FILE1] records wait for a commit; no more than there is room for', () => {
  const system = fresh();
  const file = open(system, 'a');
  expect(isSynced(system)).toBe(false);
  let done = 0;
  while (truncateFile(system, file, done) === DONE) done++;
  expect(done).toBe(Math.floor((4096 - 4) / 3));
  expect(truncateFile(system, file, 0)).toBe(BUSY);
  expect(beginCommit(system)).toBe(true);
  expect(beginCommit(system)).toBe(false);
  // The next commit's records come meanwhile.
  expect(truncateFile(system, file, 5)).toBe(DONE);
  endCommit(system, true);
  expect(isSynced(system)).toBe(false);
  commit(system);
  expect(isSynced(system)).toBe(true);
});

test('[FILE1] a disk that fails a commit: nothing is changed any more, all can be read', () => {
  const system = fresh();
  const file = open(system, 'a');
  write(system, file, 0, 2);
  beginCommit(system);
  endCommit(system, false);
  expect(write(system, file, 0, 1)).toBe(DEVICE_FAILED);
  expect(truncateFile(system, file, 0)).toBe(DEVICE_FAILED);
  expect(open(system, 'b')).toBe(-DEVICE_FAILED);
  expect(beginCommit(system)).toBe(false);
  expect(planRead(system, file, 0, 2, createPlan())).toBe(DONE);
});

test('[FILE1] a block that could not be written is not tried again', () => {
  const system = fresh();
  const file = open(system, 'a');
  const plan = createPlan();
  planWrite(system, file, 0, 2, plan);
  const bad = plan.runs[0];
  giveUpWrite(system, plan, bad);
  planWrite(system, file, 0, 2, plan);
  expect(plan.runs[0]).toBe(bad + 1);
});

test('[FILE5] a copied range shares its blocks until one side writes', () => {
  const system = fresh();
  const file = open(system, 'a');
  const other = open(system, 'b');
  write(system, file, 0, 2);
  write(system, file, 4, 1);
  expect(copyRange(system, file, 1, other, 0, 9)).toBe(4);
  const [, one, , , five] = blocks(system, file);
  expect(blocks(system, other)).toEqual([one, HOLE, HOLE, five]);
  write(system, other, 0, 1);
  expect(blocks(system, file)[1]).toBe(one);
  expect(blocks(system, other)[0]).not.toBe(one);
  removeFile(system, file);
  expect(blocks(system, other)[3]).toBe(five);
  // Within one file, over itself.
  expect(copyRange(system, other, 0, other, 1, 4)).toBe(4);
  expect(blocks(system, other).slice(2)).toEqual([HOLE, HOLE, five]);
  expect(copyRange(system, other, 9, other, 0, 1)).toBe(0);
  expect(checkFileSystem(system)).toBeUndefined();
});

test('[FILE6] names: ten characters of 6 bits', () => {
  for (const name of ['a', 'z9._-', 'abcdefghij', '0', 'a.b'])
    expect(decodeName(...(encodeName(name) as [number, number]))).toBe(name);
  for (const name of ['', 'A', 'a b', 'abcdefghijk', 'ä']) expect(encodeName(name)).toBeUndefined();
  expect(encodeName('ab')).toEqual([1 + 2 * 64, 0]);
  for (const [low, high] of [
    [0, 0],
    [0, 1],
    [1, 1],
    [63, 0],
    [1 + 2 ** 30, 0],
    [64, 0],
  ])
    expect(isName(low, high)).toBe(false);
});
