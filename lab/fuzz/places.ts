/**
 * Places: the servers that a fuzzed world has beside those that every world may have: the stirrers' file
 * server and pipes. They come after all others, so that ids are the same with and without them.
 */

import { termNow } from '../../nucleus/clock.ts';
import { deliverAll } from '../../nucleus/ipc.ts';
import { addTask, givePort, type Kernel, NUCLEUS } from '../../nucleus/kernel.ts';
import { killServer } from '../../nucleus/life.ts';
import { isOver, type TaskState } from '../../nucleus/tasks.ts';
import { openCache } from '../../servers/file/caching/contract.ts';
import { createDrive } from '../../servers/file/drive.ts';
import { createPipe, pipeStep } from '../../servers/file/pipe.ts';
import { fileServerStep } from '../../servers/file/server.ts';
import { createFileServerState, type FileServerState } from '../../servers/file/state.ts';
import { type Geometry, layOut } from '../../servers/file/system/index.ts';
import { createFileSystem } from '../../servers/file/system/state.ts';
import { devices } from '../../sim-hw/devices/index.ts';
import { createMedium } from '../../sim-hw/devices/medium.ts';
import { seedOf } from '../../sim-hw/random.ts';
import type { World } from '../run/boot.ts';
import { MEMORY } from '../run/layout.ts';
import type { StirredFiles } from './files.ts';

/** Servers of files, by what stirrers may do with them. */
export interface Places {
  /** Whose files are theirs, and pipes. */
  readonly own: readonly number[];
  readonly pipes: readonly number[];
  /** Whose files are those of tasks. */
  readonly foreign: readonly number[];
  /** When servers die. */
  readonly ends: readonly { readonly id: number; readonly at: number }[];
}

/** Puts the servers into a booted world that nobody watches yet. */
export function placeServers(world: World, files: StirredFiles | null): Places {
  const { kernel, options } = world;
  const names = (options.files ?? []).map(({ name }) => name);
  const foreign = kernel.state.tasks.flatMap((task, id) => (names.includes(task.name) ? [id] : []));
  if (files === null) return { own: [], pipes: [], foreign, ends: [] };
  const own = placeFileServer(world, files);
  const pipes = files.pipes.map(({ copies }, at) => {
    const id = kernel.state.tasks.length;
    const state = createPipe(id, 0, copies, files.lock);
    addServer(kernel, `pipe-${at}`, { step: pipeStep, state });
    return id;
  });
  const deaths = [files.diesAt, ...files.pipes.map(({ diesAt }) => diesAt)];
  const ends = [own, ...pipes].map((id, at) => ({
    id,
    at: deaths[at] ?? Number.POSITIVE_INFINITY,
  }));
  return { own: [own], pipes, foreign, ends };
}

function placeFileServer({ kernel, options }: World, files: StirredFiles): number {
  const { journal, data, cache, buffers, cacheBlocks, errors } = files;
  const model = devices[options.machine.device as keyof typeof devices];
  const geometry = layOut(2 + journal + 2 + data, journal, 1, files.files) as Geometry;
  const medium = createMedium(geometry.blocks, seedOf(options.seed, 'stirred medium'), cacheBlocks);
  // What was never written is zeros, not junk: whoever reads a hole's neighbour is no thief.
  medium.high.fill(0);
  Object.assign(medium.faults, { readErrors: errors, writeErrors: errors });
  const id = kernel.state.tasks.length;
  const state = createFileServerState({
    id,
    memoryPort: 0,
    system: createFileSystem(geometry),
    drive: createDrive(model.create(seedOf(options.seed, 'stirred device')), medium),
    lockTime: files.lock,
    requests: files.requests,
    requestsEach: files.requestsEach,
    handles: files.handles,
    handlesEach: files.handlesEach,
    keepsBytes: options.machine.fidelity === 'bytes',
    ...(cache !== null && { cache }),
    ...(buffers && { buffers: { ...buffers, behindEach: Math.ceil(buffers.behind / 2) } }),
  });
  addServer(kernel, 'stirred-files', { step: fileServerStep(model), state });
  kernel.state.account = NUCLEUS;
  openCache(kernel, state);
  deliverAll(kernel);
  return id;
}

function addServer(kernel: Kernel, name: string, receiver: Kernel['receivers'][number]): void {
  const id = addTask(kernel, name, -1, receiver);
  givePort(kernel, id, MEMORY);
  kernel.state.watchers.push(id);
}

/** Those whose time has come die. */
export function endServers(kernel: Kernel, { ends }: Places): void {
  for (const { id, at } of ends) if (termNow(kernel) >= at) endServer(kernel, id);
}

/** All of them die: what they have cached goes with them. */
export function endAll(kernel: Kernel, { own, pipes, foreign }: Places): void {
  for (const id of [...own, ...pipes, ...foreign]) endServer(kernel, id);
  deliverAll(kernel);
}

function endServer(kernel: Kernel, id: number): void {
  if (isOver(kernel.state.tasks[id] as TaskState)) return;
  kernel.state.account = NUCLEUS;
  killServer(kernel, id);
}

/** File servers that live. */
export function fileServersAlive(kernel: Kernel, { own, foreign }: Places): FileServerState[] {
  return [...own, ...foreign]
    .filter((id) => !isOver(kernel.state.tasks[id] as TaskState))
    .map((id) => kernel.receivers[id].state as FileServerState);
}
