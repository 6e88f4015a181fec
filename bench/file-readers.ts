/**
 * Readers: clients by the hundred or by the ten thousand who read one page after the other through
 * the whole protocol: share the container, hand it on, inspect, lock, device, unlock, answer. Each
 * has a container of one page, which it shares anew for each read, as it may with a server that it
 * does not trust for longer.
 */

import { ALLOCATE_ZERO, OP } from '../contracts/messages.ts';
import { fireEvent } from '../nucleus/clock.ts';
import { deliverAll, send, sendCapability } from '../nucleus/ipc.ts';
import { addTask, DEVICE_DONE, givePort, type Kernel } from '../nucleus/kernel.ts';
import type { Message } from '../nucleus/messages.ts';
import type { CacheOptions } from '../servers/file/caching/cache.ts';
import { openCache } from '../servers/file/caching/contract.ts';
import { createDrive } from '../servers/file/drive.ts';
import { fileServerStep } from '../servers/file/server.ts';
import { createFileServerState, type FileServerState } from '../servers/file/state.ts';
import {
  createPlan,
  encodeName,
  endWrite,
  type FileSystem,
  layOut,
  openFile,
  planWrite,
} from '../servers/file/system/index.ts';
import { createFileSystem } from '../servers/file/system/state.ts';
import { createMedium } from '../sim-hw/devices/medium.ts';
import { nvme } from '../sim-hw/devices/nvme.ts';
import { peekTime } from '../sim-hw/event-queue.ts';
import { createMachine, fireDue, say } from './crowd.ts';

/** Pages of the one file that all read. */
const FILE_PAGES = 256;
const LOCK_NS = 1e9;
const MEMORY_TASK = 1;
/** The file server comes after the memory server, then the clients. */
const FILES = 2;
export const FIRST_READER = 3;

interface Reader {
  own: number;
  file: number;
  page: number;
  /** Reads answered well, and what was refused. */
  done: number;
  refused: number;
}

export interface Readers {
  readonly kernel: Kernel;
  readonly server: FileServerState;
  readonly clients: number;
}

/** `cache`: absent: every read is the disk's. */
export function createReaders(clients: number, cache?: CacheOptions): Readers {
  const frames = clients + 16 + (cache === undefined ? 0 : cache.guaranteed + cache.extra);
  const kernel = createMachine({ frames, spaces: clients, pages: 1, containers: 1 });
  const server = createFileServerState({
    id: FILES,
    memoryPort: 0,
    system: oneFile(),
    drive: createDrive(nvme.create(1), createMedium(FILE_PAGES + 32, 1)),
    lockTime: LOCK_NS,
    requests: clients,
    requestsEach: 1,
    handles: clients,
    handlesEach: 1,
    keepsBytes: false,
    ...(cache && { cache }),
  });
  const receiver = { step: fileServerStep(nvme), state: server };
  // What it may name: a container of each client, and that of the request before.
  addTask(kernel, 'files', -1, receiver, 2 * clients + 2);
  givePort(kernel, FILES, MEMORY_TASK);
  openCache(kernel, server);
  deliverAll(kernel);
  const [low, high] = encodeName('a') as readonly [number, number];
  for (let i = 0; i < clients; i++) {
    const state: Reader = { own: -1, file: -1, page: 0, done: 0, refused: 0 };
    const id = addTask(kernel, 'reader', i, { step: readerStep, state }, 8);
    givePort(kernel, id, MEMORY_TASK);
    givePort(kernel, id, FILES);
    say(kernel, id, OP.contract, 1, 0, 0, 0, 0);
    say(kernel, id, OP.openContainer, 1, -1, 0, 0, 0);
    say(kernel, id, OP.allocatePages, state.own, 0, 1, ALLOCATE_ZERO, 0);
    say(kernel, id, OP.sealContainer, state.own, 0, 0, 0, LOCK_NS);
    send(kernel, id, 1, OP.openFile, low, high, 0, 0, 0);
    deliverAll(kernel);
  }
  return { kernel, server, clients };
}

function oneFile(): FileSystem {
  const geometry = layOut(FILE_PAGES + 32, 4, 1, 1);
  if (geometry === undefined) throw new Error('readers: no room');
  const system = createFileSystem(geometry);
  const [low, high] = encodeName('a') as readonly [number, number];
  const plan = createPlan();
  planWrite(system, openFile(system, low, high, true), 0, FILE_PAGES, plan);
  endWrite(system, plan);
  return system;
}

function readerStep(kernel: Kernel, state: object, { op, to, w1, w2 }: Message): void {
  const reader = state as Reader;
  if (op === OP.containerIs && w2 >= 0)
    sendCapability(kernel, to, 1, OP.readFile, w2, reader.file, reader.page, 0);
  else if (op === OP.containerIs) reader.own = w1;
  else if (op === OP.fileIs) reader.file = w1;
  else if (op === OP.fileDone && w1 === 0 && w2 === 1) reader.done++;
  else if (op === OP.fileDone || op === OP.refused) reader.refused++;
}

/** The next read of one client: it shares its container, and hands it on. Nothing is waited for. */
export function ask({ kernel }: Readers, client: number, page: number): void {
  const reader = readerOf(kernel, client);
  reader.page = page % FILE_PAGES;
  say(kernel, FIRST_READER + client, OP.shareContainer, reader.own, 0, 0, 0, 0);
}

/** Everything that devices have under way, each at its moment. */
export function settle({ kernel }: Readers): void {
  const { state } = kernel;
  for (;;) {
    const next = peekTime(state.deviceEvents);
    if (next === Number.POSITIVE_INFINITY) return;
    state.nowNs = Math.max(state.nowNs, next);
    fireEvent(kernel, state.deviceEvents, DEVICE_DONE);
    deliverAll(kernel);
    fireDue(kernel);
  }
}

export function readerOf(kernel: Kernel, client: number): Readonly<Reader> & { page: number } {
  return kernel.receivers[FIRST_READER + client].state as Reader;
}

/** `reads` reads, `atOnce` of them under way at a time; returns how many were answered well. */
export function readMany(readers: Readers, reads: number, atOnce: number): number {
  const { kernel, clients } = readers;
  const before = answered(readers);
  for (let n = 0; n < reads; n += atOnce) {
    for (let i = n; i < Math.min(reads, n + atOnce); i++) ask(readers, i % clients, i);
    settle(readers);
  }
  kernel.state.account = 0;
  return answered(readers) - before;
}

function answered({ kernel, clients }: Readers): number {
  let done = 0;
  for (let client = 0; client < clients; client++) done += readerOf(kernel, client).done;
  return done;
}
