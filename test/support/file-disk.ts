/**
 * A file system on a medium, driven by chance in many small steps: operations, parts of writes and
 * parts of commits in any order, and the power may fail before each. Beside it stands a model: names
 * and stamps, as they were after each change. What is mounted after a power cut has to be one of
 * these, from the last commit that was over on. Every other life writes behind: the file has a write's
 * blocks before the medium does, and a commit waits for them.
 */

import { endRelease } from '../../servers/file/system/free-map.ts';
import {
  beginCommit,
  blockOf,
  checkFileSystem,
  copyRange,
  createPlan,
  decodeName,
  encodeName,
  endCommit,
  endWrite,
  type FileSystem,
  giveUpWrite,
  HOLE,
  isCommitting,
  layOut,
  makeFileSystem,
  mount,
  nextFile,
  openFile,
  type Plan,
  planWrite,
  removeFile,
  truncateFile,
} from '../../servers/file/system/index.ts';
import { type Contents, createContents, stamped } from '../../sim-hw/contents.ts';
import {
  createMedium,
  flushMedium,
  type MediumState,
  powerCut,
  readBlock,
  writeBlock,
} from '../../sim-hw/devices/medium.ts';
import { createRandom, nextBelow, type RandomState } from '../../sim-hw/random.ts';
import { cloneState } from '../../sim-hw/state.ts';

/** What a broken driver would leave out, so that the tests are seen to find it. */
export type Planted =
  | ''
  | 'no first flush'
  | 'no second flush'
  | 'record first'
  | 'free at once'
  | 'commit while dirty';

/** Small enough that the ring comes round, the table goes to either copy and the disk gets full. */
const GEOMETRY = layOut(72, 5, 1, 6) as NonNullable<ReturnType<typeof layOut>>;
const NAMES = ['a', 'b.c', 'dir_1', 'longestone'];
const PAGES = 7;

interface Writing {
  readonly plan: Plan;
  readonly stamps: number[];
  readonly blocks: number[];
  done: number;
}

export interface Drive {
  readonly medium: MediumState;
  readonly random: RandomState;
  readonly planted: Planted;
  system: FileSystem;
  /** By name: a stamp for each page, 0 in a hole. */
  model: Map<string, number[]>;
  /** The model as text after each change, and how many changes the commits over have had. */
  history: string[];
  synced: number;
  covered: number;
  /** What the commit under way has still to do: 'flush', or the number of an output. */
  steps: (number | 'flush')[];
  writings: Writing[];
  stamp: number;
  /** Writes behind: stamps by block that the medium does not have yet; a commit waits for them. */
  readonly behind: boolean;
  readonly dirty: Map<number, number>;
  draining: boolean;
}

export function createDrive(seed: number, planted: Planted = ''): Drive {
  const medium = createMedium(GEOMETRY.blocks, seed, 1000);
  for (const { block, bytes } of makeFileSystem(GEOMETRY)) write(medium, block, bytes);
  flushMedium(medium);
  const drive: Drive = {
    medium,
    random: createRandom(seed),
    planted,
    system: mounted(medium),
    model: new Map(),
    history: [],
    synced: 0,
    covered: 0,
    steps: [],
    writings: [],
    stamp: 1,
    behind: seed % 2 === 0,
    dirty: new Map(),
    draining: false,
  };
  drive.history.push(textOf(drive.model));
  return drive;
}

function write(medium: MediumState, block: number, bytes: Uint8Array): void {
  writeBlock(medium, block, { low: 1, high: 1, bytes });
}

function reader(medium: MediumState) {
  const contents = createContents(true);
  return (block: number, bytes: Uint8Array) => {
    if (!readBlock(medium, block, contents)) return false;
    bytes.set(contents.bytes);
    return true;
  };
}

function mounted(medium: MediumState): FileSystem {
  const result = mount(reader(medium));
  if ('reason' in result) throw new Error(`not mounted: ${result.reason} (${result.block})`);
  return result.system;
}

/** One step of the drive: the next thing that chance has happen. */
export function step(drive: Drive): void {
  const { random, writings } = drive;
  const choice = nextBelow(random, 16);
  if (drive.dirty.size > 0 && (drive.draining || choice === 14)) return flushStep(drive);
  if (drive.steps.length > 0 && choice < 6) return commitStep(drive);
  if (writings.length > 0 && choice < 12)
    return writeStep(drive, nextBelow(random, writings.length));
  if (choice === 15 || choice < 4) startCommit(drive);
  else operate(drive);
}

/** One of the blocks that are dirty goes to the medium, unless no file has it any more. */
function flushStep(drive: Drive): void {
  const { dirty, random, medium, system } = drive;
  const blocks = [...dirty.keys()];
  const block = blocks[nextBelow(random, blocks.length)];
  const stamp = dirty.get(block) as number;
  dirty.delete(block);
  if (system.space.references[block] > 0) writeBlock(medium, block, stamped(stamp, 1));
  if (drive.draining && dirty.size === 0) startCommit(drive);
}

function startCommit(drive: Drive): void {
  const { system, planted } = drive;
  if (isCommitting(system)) return;
  drive.draining = drive.dirty.size > 0 && planted !== 'commit while dirty';
  if (drive.draining) return;
  const changes = drive.history.length - 1;
  if (!beginCommit(system)) return;
  drive.covered = changes;
  const outputs = system.outputs.map((_, number) => number);
  const first = planted === 'no first flush' ? [] : (['flush'] as const);
  const second = planted === 'no second flush' ? [] : (['flush'] as const);
  drive.steps = [...first, ...outputs, ...second];
}

function commitStep(drive: Drive): void {
  const { system, medium } = drive;
  const next = drive.steps.shift();
  if (next === 'flush') flushMedium(medium);
  else if (next !== undefined) {
    const { block, bytes } = system.outputs[next];
    write(medium, block, bytes);
  }
  if (drive.steps.length > 0) return;
  endCommit(system, true);
  drive.synced = drive.covered;
}

function writeStep(drive: Drive, which: number): void {
  const { medium, system, planted, random } = drive;
  const writing = drive.writings[which];
  const { plan, stamps, blocks } = writing;
  if (planted !== 'record first' && nextBelow(random, 40) === 0) {
    drive.writings.splice(which, 1);
    return giveUpWrite(system, plan);
  }
  if (writing.done < blocks.length) {
    const at = writing.done++;
    writeBlock(medium, blocks[at], stamped(stamps[at], 1));
    return;
  }
  drive.writings.splice(which, 1);
  if (planted !== 'record first') enterWrite(drive, writing);
}

/** The blocks are there: the file gets them. */
function enterWrite(drive: Drive, { plan, stamps }: Writing): boolean {
  const { system, model } = drive;
  const { inode, page } = plan;
  if (endWrite(system, plan) !== 0) return false;
  const pages = model.get(nameOf(system, inode)) as number[];
  while (pages.length < page) pages.push(0);
  for (const [index, stamp] of stamps.entries()) pages[page + index] = stamp;
  changed(drive);
  return true;
}

function operate(drive: Drive): void {
  const { random, system, model } = drive;
  const name = NAMES[nextBelow(random, NAMES.length)];
  const inode = open(drive, name);
  if (inode < 0) return;
  const page = nextBelow(random, PAGES);
  const count = 1 + nextBelow(random, 3);
  const choice = nextBelow(random, 10);
  if (choice === 0) {
    if (truncateFile(system, inode, page) !== 0) return;
    const pages = model.get(name) as number[];
    model.set(
      name,
      Array.from({ length: page }, (_, at) => pages[at] ?? 0),
    );
    changed(drive);
  } else if (choice < 3) copy(drive, name, NAMES[nextBelow(random, NAMES.length)], page, count);
  else if (choice === 3) {
    if (removeFile(system, inode) !== 0) return;
    model.delete(name);
    changed(drive);
  } else startWrite(drive, inode, page, count);
}

/** The file's inode; a new one is a change. Below 0: refused. */
function open(drive: Drive, name: string): number {
  const [low, high] = encodeName(name) as readonly [number, number];
  const inode = openFile(drive.system, low, high, true);
  if (inode < 0 || drive.model.has(name)) return inode;
  drive.model.set(name, []);
  changed(drive);
  return inode;
}

function copy(drive: Drive, name: string, other: string, page: number, count: number): void {
  const { random, system, model } = drive;
  const inode = open(drive, name);
  const into = open(drive, other);
  const intoPage = nextBelow(random, PAGES);
  if (into < 0) return;
  const done = copyRange(system, inode, page, into, intoPage, count);
  if (done <= 0) return;
  const from = [...(model.get(name) as number[])];
  const pages = model.get(other) as number[];
  while (pages.length < intoPage) pages.push(0);
  for (let at = 0; at < done; at++) pages[intoPage + at] = from[page + at];
  changed(drive);
}

function startWrite(drive: Drive, inode: number, page: number, count: number): void {
  const plan = createPlan();
  if (drive.writings.length >= 3 || planWrite(drive.system, inode, page, count, plan) !== 0) return;
  const blocks: number[] = [];
  for (let run = 0; run < plan.runs.length; run += 2)
    for (let at = 0; at < plan.runs[run + 1]; at++) blocks.push(plan.runs[run] + at);
  const stamps = blocks.map(() => drive.stamp++);
  const writing = { plan, stamps, blocks, done: 0 };
  if (drive.behind && !drive.draining && nextBelow(drive.random, 2) === 0) {
    for (const [at, block] of blocks.entries()) drive.dirty.set(block, stamps[at]);
    if (!enterWrite(drive, writing)) for (const block of blocks) drive.dirty.delete(block);
    return;
  }
  drive.writings.push(writing);
  if (drive.planted === 'record first') enterWrite(drive, writing);
}

function changed(drive: Drive): void {
  drive.history.push(textOf(drive.model));
  if (drive.planted === 'free at once') {
    const { space } = drive.system;
    space.committing.push(...space.released.splice(0));
    endRelease(space);
  }
}

function nameOf({ inodes }: FileSystem, inode: number): string {
  return decodeName(inodes.nameLow[inode], inodes.nameHigh[inode]) as string;
}

/** All that a file system says it has, as the model would say it. */
export function read(
  medium: MediumState,
  system: FileSystem,
  dirty: ReadonlyMap<number, number> = new Map(),
): Map<string, number[]> {
  const files = new Map<string, number[]>();
  const contents: Contents = createContents(false);
  const { inodes } = system;
  for (let inode = nextFile(inodes, 0); inode >= 0; inode = nextFile(inodes, inode + 1)) {
    const pages: number[] = [];
    for (let page = 0; page < inodes.pages[inode]; page++) {
      const block = blockOf(inodes.extents[inode], page);
      if (block !== HOLE) readBlock(medium, block, contents);
      const onDisk = contents.high === 1 ? contents.low : -1;
      pages.push(block === HOLE ? 0 : (dirty.get(block) ?? onDisk));
    }
    files.set(nameOf(system, inode), pages);
  }
  return files;
}

export function textOf(model: Map<string, number[]>): string {
  const names = [...model.keys()].sort();
  return names.map((name) => `${name}: ${(model.get(name) as number[]).join(' ')}`).join('\n');
}

/**
 * The power fails on a copy of the disk, and perhaps in recovery again; what is wrong with what is
 * mounted then, or undefined.
 */
export function crash(drive: Drive): string | undefined {
  const { random, history, synced } = drive;
  const medium = cloneState(drive.medium);
  powerCut(medium, random);
  let system = mounted(medium);
  const text = textOf(read(medium, system));
  if (nextBelow(random, 4) === 0) {
    beginCommit(system);
    const outputs = system.outputs.slice(0, nextBelow(random, system.outputs.length + 1));
    for (const { block, bytes } of outputs) write(medium, block, bytes);
    powerCut(medium, random);
    system = mounted(medium);
    if (textOf(read(medium, system)) !== text) return 'a power cut in recovery has changed it';
  }
  const wrong = checkFileSystem(system);
  if (wrong !== undefined) return wrong;
  const found = history.indexOf(text, synced);
  return found >= 0 ? undefined : `no prefix from ${synced} on has\n${text}`;
}

/** The power fails indeed, and life goes on with what is mounted. */
export function restart(drive: Drive): void {
  powerCut(drive.medium, drive.random);
  drive.system = mounted(drive.medium);
  beginCommit(drive.system);
  drive.model = read(drive.medium, drive.system);
  drive.history = [textOf(drive.model)];
  drive.synced = 0;
  drive.covered = 0;
  const outputs = drive.system.outputs.map((_, number) => number);
  drive.steps = ['flush', ...outputs, 'flush'];
  drive.writings = [];
  drive.dirty.clear();
  drive.draining = false;
}

/** Runs of blocks that writes under way have taken. */
export function heldBy(drive: Drive): number[] {
  return drive.writings.flatMap(({ plan }) => [...plan.runs]);
}
