import { expect, test } from 'vitest';
import {
  beginCommit,
  copyRange,
  createPlan,
  encodeName,
  endCommit,
  endWrite,
  type FileSystem,
  layOut,
  makeFileSystem,
  mount,
  openFile,
  planWrite,
  truncateFile,
} from '../../../../servers/file/system/index.ts';
import {
  BAD_TABLE,
  GAP,
  NO_FILE_SYSTEM,
  NO_TABLE,
  UNREADABLE,
} from '../../../../servers/file/system/recovery.ts';

const geometry = layOut(64, 6, 1, 4) as NonNullable<ReturnType<typeof layOut>>;
const TABLES = [geometry.tableFirst, geometry.tableFirst + 1];
type Blocks = Map<number, Uint8Array>;

/** A disk that was made and mounted once; writes go to it at once. */
function scene(): { disk: Blocks; system: FileSystem; file: number } {
  const disk: Blocks = new Map(makeFileSystem(geometry).map(({ block, bytes }) => [block, bytes]));
  const system = systemOf(disk);
  commit(disk, system);
  const [low, high] = encodeName('a') as readonly [number, number];
  return { disk, system, file: openFile(system, low, high, true) };
}

function reader(disk: Blocks, bad = -1) {
  return (block: number, bytes: Uint8Array) => {
    bytes.fill(0);
    bytes.set(disk.get(block) ?? []);
    return block !== bad;
  };
}

function systemOf(disk: Blocks): FileSystem {
  const result = mount(reader(disk));
  if ('reason' in result) throw new Error(result.reason);
  return result.system;
}

function reasonOf(disk: Blocks, bad = -1): string {
  const result = mount(reader(disk, bad));
  return 'reason' in result ? result.reason : 'mounted';
}

function commit(disk: Blocks, system: FileSystem, outputs?: number[]): void {
  if (!beginCommit(system)) return;
  for (const [index, { block, bytes }] of system.outputs.entries())
    if (outputs?.includes(index) !== false) disk.set(block, bytes);
  endCommit(system, true);
}

const pagesIn = (disk: Blocks) => systemOf(disk).inodes.pages[0];

test('[FILE2] a commit of several blocks is there with all of them, or not at all', () => {
  for (const [missing, expected] of [
    [-1, 900],
    [0, 1],
    [1, 1],
    [2, 1],
  ]) {
    const { disk, system, file } = scene();
    truncateFile(system, file, 1);
    commit(disk, system);
    for (let pages = 2; pages <= 900; pages++) truncateFile(system, file, pages);
    commit(
      disk,
      system,
      [0, 1, 2].filter((index) => index !== missing),
    );
    expect(pagesIn(disk)).toBe(expected);
  }
});

test('[FILE2] the ring comes round, and the table goes to either copy', () => {
  const { disk, system, file } = scene();
  let checkpoints = 0;
  for (let pages = 1; pages <= 60; pages++) {
    truncateFile(system, file, pages);
    if (pages % 7 === 0) copyRange(system, file, 0, file, 1, 1);
    const before = system.checkpoint;
    commit(disk, system);
    checkpoints += system.checkpoint - before;
    expect(pagesIn(disk)).toBe(pages);
  }
  expect(checkpoints).toBe(8);
});

test('[FILE4] garbage is not mounted, and one reason is told', () => {
  expect(reasonOf(new Map())).toBe(NO_FILE_SYSTEM);
  const { disk, system, file } = scene();
  truncateFile(system, file, 3);
  commit(disk, system);
  const spoilt = (...blocks: number[]) =>
    new Map(
      [...disk].map(([block, bytes]) => [
        block,
        blocks.includes(block) ? bytes.with(99, 255 - bytes[99]) : bytes,
      ]),
    );
  // One superblock is enough.
  expect(reasonOf(spoilt(0))).toBe('mounted');
  expect(reasonOf(disk, 0)).toBe('mounted');
  expect(reasonOf(spoilt(0, 1))).toBe(NO_FILE_SYSTEM);
  expect(reasonOf(spoilt(0), 1)).toBe(UNREADABLE);
  expect(reasonOf(spoilt(...TABLES))).toBe(NO_TABLE);
  for (const block of [...TABLES, geometry.journalFirst])
    expect(reasonOf(disk, block)).toBe(UNREADABLE);
  // A block elsewhere than it was written to is none.
  const moved = new Map(disk).set(0, disk.get(1) as Uint8Array).set(1, disk.get(0) as Uint8Array);
  expect(reasonOf(moved)).toBe(NO_FILE_SYSTEM);
});

test('[FILE4] a gap before what was durable is told, one after it is a power cut', () => {
  const { disk, system, file } = scene();
  const numbers: number[] = [];
  for (let pages = 1; pages <= 3; pages++) {
    truncateFile(system, file, pages);
    numbers.push(geometry.journalFirst + (system.journal.next % geometry.journalBlocks));
    commit(disk, system);
  }
  const without = (block: number) => {
    const rest = new Map(disk);
    rest.delete(block);
    return rest;
  };
  expect(pagesIn(without(numbers[2]))).toBe(2);
  expect(reasonOf(without(numbers[1]))).toBe(GAP);
  expect(reasonOf(without(numbers[0]))).toBe(GAP);
});

test('[FILE4] an older table is not taken for one that journal blocks came after', () => {
  const { disk, system, file } = scene();
  for (let pages = 1; system.checkpoint < 3; pages++) {
    truncateFile(system, file, pages);
    commit(disk, system);
  }
  truncateFile(system, file, 100);
  commit(disk, system);
  truncateFile(system, file, 101);
  commit(disk, system);
  expect(pagesIn(disk)).toBe(101);
  disk.delete(TABLES[1]);
  expect(reasonOf(disk)).toBe(GAP);
});

test('[FILE4] a table that contradicts itself is not mounted', () => {
  const { disk, system, file } = scene();
  const plan = createPlan();
  planWrite(system, file, 0, 2, plan);
  endWrite(system, plan);
  // As if a bug had put it beyond the file's end.
  system.inodes.pages[file] = 1;
  system.checkpointDue = true;
  commit(disk, system);
  expect(reasonOf(disk)).toBe(BAD_TABLE);
});
