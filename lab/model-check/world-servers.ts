/** The server of a small world that moves pages: the swap server, an archive, or a file server. */

import { addTask, givePort, type Kernel } from '../../nucleus/kernel.ts';
import { archiveStep } from '../../servers/archive/server.ts';
import { type ArchiveState, createArchiveState, type Shelf } from '../../servers/archive/state.ts';
import { createDrive } from '../../servers/file/drive.ts';
import { openHandle } from '../../servers/file/handles.ts';
import { fileServerStep } from '../../servers/file/server.ts';
import { createFileServerState, type FileServerState } from '../../servers/file/state.ts';
import {
  beginCommit,
  blockOf,
  createPlan,
  encodeName,
  endCommit,
  endWrite,
  layOut,
  makeFileSystem,
  mount,
  openFile,
  planWrite,
} from '../../servers/file/system/index.ts';
import type { PlantedBug } from '../../servers/memory/state.ts';
import { swapServerStep } from '../../servers/swap/server.ts';
import { createSwapServerState, type SwapServerState } from '../../servers/swap/state.ts';
import { addExtent, createStore, type StoreState } from '../../servers/swap/store.ts';
import { createContents } from '../../sim-hw/contents.ts';
import { createMedium, readBlock, writeBlock } from '../../sim-hw/devices/medium.ts';
import { fixedDevice } from '../run/bare-kernel.ts';
import { SPACE_PAGES } from './flat-table.ts';
import type { WorldPlan } from './plan.ts';
import { type Durations, FIRST, MEMORY, SWAP, type World } from './world.ts';

/** When a device is done is up to the explorer. */
const anyTime = fixedDevice(7);

/** Of the file server's disk. */
export const DISK_BLOCKS = 64;

interface Movers {
  readonly swap: SwapServerState;
  readonly archive: ArchiveState | null;
  readonly files: FileServerState | null;
}

/** Adds the server that a plan names; the state of a swap server is there in every world. */
export function addMover(
  kernel: Kernel,
  plan: WorldPlan,
  planted: PlantedBug | null,
  durations: Durations,
): Movers {
  const { operations, server, sits } = plan;
  const device = anyTime.create(0);
  const wrong = planted === 'swap-wrong-block';
  const swap = createSwapServerState(
    SWAP,
    0,
    createStore(),
    device,
    durations.lock,
    operations,
    wrong,
  );
  const parts = {
    id: SWAP,
    memoryPort: 0,
    shelves: [],
    device,
    lockTime: durations.pageLock,
    sits,
  };
  const archive = server === 'archive' ? createArchiveState(parts, operations) : null;
  const files =
    server === 'files' ? createFiles(plan, durations, planted === 'read-tampered') : null;
  if (files !== null)
    addTask(kernel, 'file server', -1, { step: fileServerStep(anyTime), state: files });
  else if (archive !== null)
    addTask(kernel, 'archive', -1, { step: archiveStep(anyTime), state: archive });
  else addTask(kernel, 'swap server', -1, { step: swapServerStep(anyTime), state: swap });
  givePort(kernel, SWAP, MEMORY);
  kernel.state.watchers.push(MEMORY);
  if (archive === null) kernel.state.watchers.push(SWAP);
  return { swap, archive, files };
}

/** What the server has for a client: a shelf, a file that it has open, or its program's image. */
export function provideFor(world: World, index: number, pages: number): void {
  const { kernel, archive, files, swap } = world;
  const id = FIRST + index;
  const { base } = kernel.state.spaces[index];
  if (archive !== null)
    (archive.shelves as Shelf[]).push({ client: id, base, blocks: SPACE_PAGES });
  else if (files !== null) addFile(files, id, base);
  else addImage(swap.store, id, base, pages);
}

/** What the program's image holds: the first version of each page. */
function addImage(store: StoreState, id: number, base: number, pages: number): void {
  const from = store.used;
  addExtent(store, id, pages, 0);
  for (let block = from; block < store.used; block++) {
    store.stampHigh[block] = base + block - from + 1;
    store.stampLow[block] = 0;
  }
}

/** A file server over a small disk, whose metadata has been committed. */
function createFiles(
  { operations, clients }: WorldPlan,
  { pageLock }: Durations,
  planted: boolean,
): FileServerState {
  const geometry = layOut(DISK_BLOCKS, 4, 1, 4);
  if (geometry === undefined) throw new RangeError('model-check: no room for a file system');
  const medium = createMedium(DISK_BLOCKS, 1);
  for (const { block, bytes } of makeFileSystem(geometry))
    writeBlock(medium, block, { low: 0, high: 0, bytes });
  const contents = createContents(true);
  const mounted = mount((block, bytes) => {
    if (!readBlock(medium, block, contents)) return false;
    bytes.set(contents.bytes);
    return true;
  });
  if ('reason' in mounted) throw new RangeError(`model-check: ${mounted.reason}`);
  return createFileServerState({
    id: SWAP,
    memoryPort: 0,
    system: mounted.system,
    drive: createDrive(anyTime.create(0), medium),
    lockTime: pageLock,
    requests: operations,
    requestsEach: operations,
    handles: clients.length,
    handlesEach: 1,
    keepsBytes: false,
    planted,
  });
}

/** A file of one page, which the client has open. */
function addFile({ system, drive, handles }: FileServerState, id: number, base: number): void {
  const [low, high] = encodeName(`f${id}`) ?? [0, 0];
  const inode = openFile(system, low, high, true);
  const plan = createPlan();
  planWrite(system, inode, 0, 1, plan);
  endWrite(system, plan);
  writeBlock(drive.medium, blockOf(system.inodes.extents[inode], 0), {
    low: 0,
    high: base + 1,
    bytes: new Uint8Array(0),
  });
  beginCommit(system);
  endCommit(system, true);
  openHandle(handles, system, id, inode);
}
