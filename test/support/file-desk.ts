/** A desk with a file server on it: two clients who have it open, a device of steady pace. */

import type { MessageName } from '../../contracts/messages.ts';
import { deliverAll } from '../../nucleus/ipc.ts';
import { addTask, givePort } from '../../nucleus/kernel.ts';
import { schedulers } from '../../servers/disk/schedulers/index.ts';
import { diskServerStep } from '../../servers/disk/server.ts';
import {
  addPartition,
  createDiskServerState,
  type DiskServerState,
} from '../../servers/disk/server-state.ts';
import type { BufferOptions } from '../../servers/file/buffers/buffers.ts';
import type { CacheOptions } from '../../servers/file/caching/cache.ts';
import { openCache } from '../../servers/file/caching/contract.ts';
import { createDrive } from '../../servers/file/drive.ts';
import { fileServerStep } from '../../servers/file/server.ts';
import { createFileServerState, type FileServerState } from '../../servers/file/state.ts';
import {
  beginCommit,
  encodeName,
  endCommit,
  layOut,
  makeFileSystem,
  mount,
} from '../../servers/file/system/index.ts';
import { createContents } from '../../sim-hw/contents.ts';
import type { DeviceModel, DeviceState } from '../../sim-hw/devices/device.ts';
import {
  createMedium,
  flushMedium,
  type MediumState,
  readBlock,
  writeBlock,
} from '../../sim-hw/devices/medium.ts';
import {
  createDesk,
  type Desk,
  type DeskOptions,
  FIRST,
  type Heard,
  hand,
  MEMORY,
  say,
  settleIn,
  takeHeard,
} from './desk.ts';
import { contents, fill, open } from './pages.ts';

/** A block takes as long as this. */
export const BLOCK_NS = 20;

const device: DeviceModel = {
  name: 'steady',
  summary: 'one block after the other',
  blocks: 2 ** 20,
  create: () => ({ kind: 'steady', requests: 0, busyNs: 0, queuedNs: 0 }) as DeviceState,
  submit(state, nowNs) {
    state.busyNs = Math.max(state.busyNs, nowNs) + BLOCK_NS;
    return state.busyNs;
  },
};

export interface FileDesk extends Desk {
  readonly files: FileServerState;
  /** The disk server behind it, or null. */
  readonly disk: DiskServerState | null;
  readonly medium: MediumState;
  /** The first client's ports and container of 3 pages, and its handle of the file `a`. */
  readonly port: number;
  readonly own: number;
  readonly file: number;
}

export interface FileDeskOptions extends DeskOptions {
  readonly lockTime?: number;
  readonly requests?: number;
  readonly requestsEach?: number;
  readonly handles?: number;
  readonly blocks?: number;
  readonly cache?: CacheOptions;
  /** Writes that its drive may keep to itself until a flush. */
  readonly cacheBlocks?: number;
  /** Before a disk server, where an account may have so many requests. */
  readonly diskEach?: number;
  readonly buffers?: BufferOptions;
}

/** A new file system on a new medium, mounted. */
export function newSystem(blocks = 64, files = 4, cacheBlocks = 0) {
  const geometry = layOut(blocks, 4, 1, files) as NonNullable<ReturnType<typeof layOut>>;
  const medium = createMedium(blocks, 1, cacheBlocks);
  for (const { block, bytes } of makeFileSystem(geometry))
    writeBlock(medium, block, { low: 0, high: 0, bytes });
  return { medium, system: mountOf(medium) };
}

export function mountOf(medium: MediumState) {
  const block = createContents(true);
  const mounted = mount((number, bytes) => {
    if (!readBlock(medium, number, block)) return false;
    bytes.set(block.bytes);
    return true;
  });
  if ('reason' in mounted) throw new Error(mounted.reason);
  const { system } = mounted;
  beginCommit(system);
  for (const { block: number, bytes } of system.outputs)
    writeBlock(medium, number, { low: 0, high: 0, bytes });
  endCommit(system, true);
  return system;
}

export function createFileDesk(options: FileDeskOptions = {}): FileDesk {
  const desk = createDesk({ frames: 32, ...options });
  const id = desk.kernel.state.tasks.length;
  const { medium, system } = newSystem(options.blocks, 4, options.cacheBlocks);
  flushMedium(medium);
  const files = createFileServerState({
    id,
    memoryPort: 0,
    system,
    drive: createDrive(device.create(1), medium),
    lockTime: options.lockTime ?? 200,
    requests: options.requests ?? 4,
    requestsEach: options.requestsEach ?? 3,
    handles: options.handles ?? 6,
    handlesEach: 4,
    keepsBytes: false,
    ...(options.cache && { cache: options.cache }),
    ...(options.buffers && { buffers: options.buffers }),
  });
  addTask(desk.kernel, 'files', -1, { step: fileServerStep(device), state: files });
  givePort(desk.kernel, id, MEMORY);
  desk.kernel.state.watchers.push(id);
  const disk = options.diskEach === undefined ? null : addDiskServer(desk, files, options.diskEach);
  openCache(desk.kernel, files);
  deliverAll(desk.kernel);
  settleIn(desk, FIRST, 8, 0, 0);
  settleIn(desk, FIRST + 1, 8, 0, 0);
  const own = open(desk, FIRST, { pages: 3, lockMax: 200 });
  fill(desk, FIRST, own, 0, 3);
  const port = givePort(desk.kernel, FIRST, id);
  const file = openNamed({ desk, client: FIRST, port }, 'a');
  return { ...desk, files, disk, medium, port, own, file };
}

/** The file server's disk becomes a partition of a disk server. */
function addDiskServer({ kernel }: Desk, files: FileServerState, each: number): DiskServerState {
  const id = kernel.state.tasks.length;
  const disk = createDiskServerState({
    id,
    memoryPort: 0,
    device: device.create(1),
    medium: createMedium(files.drive.medium.blocks, 1),
    lockTime: 200,
    depth: 1,
    each,
    admits: 1,
    keepsBytes: false,
  });
  const code = { model: device, scheduler: schedulers.contracts };
  addTask(kernel, 'disk', -1, { step: diskServerStep(code), state: disk });
  givePort(kernel, id, MEMORY);
  kernel.state.watchers.push(id);
  addPartition(disk, files.id, files.drive.medium.blocks);
  files.drive.port = givePort(kernel, files.id, id);
  return disk;
}

export function openNamed(
  { desk, client, port }: { desk: Desk; client: number; port: number },
  name: string,
  create = 1,
): number {
  const [low, high] = encodeName(name) as readonly [number, number];
  const answer = say(desk, client, 'openFile', [low, high, create, 1], port)[0];
  return answer?.[0] === 'fileIs' ? answer[2] : -(answer?.[2] ?? 0);
}

/** The first client says something to the file server. */
export function tell(desk: FileDesk, name: MessageName, words: readonly number[]): Heard[] {
  return say(desk, FIRST, name, words, desk.port);
}

/** Hands its container on; the answer comes when the device is done. */
export function move(
  desk: FileDesk,
  name: 'readFile' | 'writeFile',
  page: number,
  tag = 5,
  own = desk.own,
  file = desk.file,
): void {
  const heard = say(desk, FIRST, 'shareContainer', [own, 1]);
  const weak = heard.find(([one]) => one === 'containerIs')?.[3] as number;
  hand(desk, FIRST, name, weak, file, page, desk.port, tag);
}

/** Reasons and pages of the answers that the first client has got. */
export function done(desk: FileDesk): number[][] {
  deliverAll(desk.kernel);
  return takeHeard(desk, FIRST)
    .filter(([name]) => name === 'fileDone')
    .map(([, , reason, pages]) => [reason, pages]);
}

/** What the first client's container holds. */
export function held(desk: FileDesk): number[] {
  return [0, 1, 2].map((index) => contents(desk, FIRST, desk.own, index));
}
