/** A desk with a disk server: the clients share its device, and each has blocks of its own. */

import type { MessageName } from '../../contracts/messages.ts';
import { addTask, givePort } from '../../nucleus/kernel.ts';
import { schedulers } from '../../servers/disk/schedulers/index.ts';
import { diskServerStep } from '../../servers/disk/server.ts';
import {
  addPartition,
  createDiskServerState,
  type DiskServerState,
} from '../../servers/disk/server-state.ts';
import type { DeviceModel, DeviceState } from '../../sim-hw/devices/device.ts';
import { createMedium } from '../../sim-hw/devices/medium.ts';
import {
  createDesk,
  type Desk,
  type DeskOptions,
  FIRST,
  hand,
  MEMORY,
  say,
  takeHeard,
} from './desk.ts';

/** A block takes as long as this. */
export const BLOCK_NS = 100_000;
/** Blocks of each client. */
export const BLOCKS = 64;
/** Longest lock of the server, and of the containers that tests hand it. */
export const LOCK = 100 * BLOCK_NS;

const model: DeviceModel = {
  name: 'steady',
  summary: 'one block after the other',
  blocks: 4096,
  create: () => ({ kind: 'steady', requests: 0, busyNs: 0, queuedNs: 0 }) as DeviceState,
  submit(state, nowNs) {
    state.busyNs = Math.max(state.busyNs, nowNs) + BLOCK_NS;
    return state.busyNs;
  },
};

export interface DiskDesk extends Desk {
  readonly disk: DiskServerState;
  /** The disk server's task, and each client's port to it. */
  readonly id: number;
  readonly ports: readonly number[];
}

export interface DiskOptions extends DeskOptions {
  readonly scheduler?: keyof typeof schedulers;
  readonly depth?: number;
  readonly each?: number;
  readonly lock?: number;
}

export function diskDesk(options: DiskOptions = {}): DiskDesk {
  const { scheduler = 'contracts', depth = 1, each = 8, lock = LOCK, clients = 3 } = options;
  const desk = createDesk({ frames: 64, containers: 32, ...options, clients });
  const { kernel } = desk;
  const id = kernel.state.tasks.length;
  const disk = createDiskServerState({
    id,
    memoryPort: 0,
    device: model.create(1),
    medium: createMedium(clients * BLOCKS, 1),
    lockTime: lock,
    depth,
    each,
    admits: 0.9,
    keepsBytes: false,
  });
  const code = { model, scheduler: schedulers[scheduler] };
  addTask(kernel, 'disk', -1, { step: diskServerStep(code), state: disk });
  givePort(kernel, id, MEMORY);
  kernel.state.watchers.push(id);
  const ports: number[] = [];
  for (let client = FIRST; client < FIRST + clients; client++) {
    addPartition(disk, client, BLOCKS);
    ports.push(givePort(kernel, client, id));
    desk.heard[client].length = 0;
  }
  return { ...desk, disk, id, ports };
}

/** `client` says something to the disk server; returns what it heard at once. */
export function sayDisk(desk: DiskDesk, client: number, name: MessageName, words: number[]) {
  return say(desk, client, name, words, desk.ports[client - FIRST]);
}

/** A contract in microseconds; returns the answer. */
export function contractFor(
  desk: DiskDesk,
  client: number,
  [period, slice, laxity = 0, slack = 0]: readonly number[],
  term = 0,
) {
  return sayDisk(desk, client, 'diskContract', [period, slice, laxity, slack, term])[0];
}

/** Hands a weak capability of `own` to the disk server, with a request. */
export function askDisk(
  desk: DiskDesk,
  client: number,
  name: 'diskRead' | 'diskWrite' | 'diskExchange',
  own: number,
  block: number,
  word: number,
  tag = 7,
): void {
  const before = takeHeard(desk, client);
  const heard = say(desk, client, 'shareContainer', [own, 1]);
  desk.heard[client].push(...before);
  const weak = heard.find(([what]) => what === 'containerIs')?.[3] as number;
  hand(desk, client, name, weak, block, word, desk.ports[client - FIRST], tag);
}

/** [tag, reason, moved] of each answer that `client` has heard. */
export function answers(desk: DiskDesk, client: number): number[][] {
  return takeHeard(desk, client)
    .filter(([name]) => name.startsWith('diskDone'))
    .map(([, , ...rest]) => rest.slice(0, 3) as number[]);
}
