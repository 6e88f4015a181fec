/** Words for tests of containers of pages: what a client would send, and what its CPU would do. */

import { ALLOCATE_ZERO, FORCE_WRITE, OP } from '../../contracts/messages.ts';
import { givePort } from '../../nucleus/kernel.ts';
import { pageNumberOf } from '../../nucleus/memory-map.ts';
import { type PageContainer, pageAt } from '../../servers/memory/containers/page-state.ts';
import type { SpaceState } from '../../sim-hw/address-space.ts';
import { WRITABLE } from '../../sim-hw/page-table/format.ts';
import {
  createDesk,
  type Desk,
  type DeskOptions,
  FIRST,
  type Heard,
  hand,
  say,
  settleIn,
  tableOf,
  takeHeard,
} from './desk.ts';

/** The second client, who stands in for a server. */
export const SECOND = FIRST + 1;

export interface Wishes {
  readonly pages?: number;
  readonly user?: number;
  readonly extras?: number;
  readonly lifetime?: number;
  /** Sealed with this longest lock; left open without. */
  readonly lockMax?: number;
}

/** Opens a container, and seals it if a longest lock is given; returns the owner's capability. */
export function open(desk: Desk, client: number, wishes: Wishes = {}): number {
  const { pages = 4, user = -1, extras = 0, lifetime = 0, lockMax } = wishes;
  const words = [pages, user, extras, 1, lifetime];
  const own = say(desk, client, 'openContainer', words)[0]?.[2] as number;
  if (lockMax !== undefined) say(desk, client, 'sealContainer', [own, 1, lockMax]);
  return own;
}

/** Allocates; returns the answer without its name and capability. */
export function fill(
  desk: Desk,
  client: number,
  own: number,
  start: number,
  count: number,
  flags = 0,
): Heard | undefined {
  return say(desk, client, 'allocatePages', [own, start, count, flags])[0];
}

/** Shares a sealed container with `other`, who gets the weak capability; returns its slot there. */
export function entrust(desk: Desk, client: number, own: number, other: number): number {
  const weak = say(desk, client, 'shareContainer', [own, 1])[0]?.[3] as number;
  hand(desk, client, 'store', weak, 0, 0, portTo(desk, client, other));
  return takeHeard(desk, other).find(([name]) => name.startsWith('store'))?.[1] as number;
}

/** The port slot of `client` for `other`, made if there is none. */
export function portTo(desk: Desk, client: number, other: number): number {
  const { kind, object } = tableOf(desk, client);
  const slot = object.findIndex((target, i) => kind[i] === 1 && target === other);
  return slot >= 0 ? slot : givePort(desk.kernel, client, other);
}

/** One range from, one into, and go; returns what the client hears. */
export function transfer(
  desk: Desk,
  client: number,
  from: readonly number[],
  into: readonly number[],
  how: number,
): Heard[] {
  say(desk, client, 'fromPages', from);
  say(desk, client, 'intoPages', into);
  const heard = say(desk, client, 'transferPages', [how, 9]);
  if (heard[0]?.[0] === 'refused') say(desk, client, 'fromPages', [0, 0, 0]);
  return heard;
}

/** The container behind a capability, as the server sees it. */
export function containerOf(desk: Desk, client: number, capability: number): PageContainer {
  const id = tableOf(desk, client).object[capability] as number;
  return desk.server.pages.containers[id] as PageContainer;
}

export function frameOf(desk: Desk, client: number, capability: number, index: number): number {
  return pageAt(desk.server.pages, containerOf(desk, client, capability), index)?.frame ?? -1;
}

/** The contents of a container's page as one number; 0 where it has no frame. */
export function contents(desk: Desk, client: number, capability: number, index: number): number {
  const frame = frameOf(desk, client, capability, index);
  return frame < 0 ? 0 : stampOf(desk, frame);
}

export function stampOf(desk: Desk, frame: number): number {
  const { stampLow, stampHigh } = desk.kernel.state.frames;
  return (stampHigh[frame] as number) * 2 ** 20 + (stampLow[frame] as number);
}

/** The client's CPU reads its page: what it finds, or undefined where that is a fault. */
export function load(desk: Desk, client: number, page: number): number | undefined {
  const entry = entryOf(desk, client, page);
  return entry === 0 ? undefined : stampOf(desk, entry >>> 8);
}

/** The client's CPU writes `value` to its page; false where that is a fault. */
export function store(desk: Desk, client: number, page: number, value: number): boolean {
  const entry = entryOf(desk, client, page);
  if ((entry & WRITABLE) === 0) return false;
  const { stampLow, stampHigh } = desk.kernel.state.frames;
  stampLow[entry >>> 8] = value % 2 ** 20;
  stampHigh[entry >>> 8] = Math.floor(value / 2 ** 20);
  return true;
}

/** Maps a page of a container for writing, by force, and writes to it. */
export function write(
  desk: Desk,
  client: number,
  capability: number,
  index: number,
  page: number,
  value: number,
): Heard | undefined {
  const answer = say(desk, client, 'mapPage', [capability, index, page, FORCE_WRITE])[0];
  if (answer?.[0] === 'pageMapped') store(desk, client, page, value);
  return answer;
}

/** What a refusal by the memory server looks like. */
export function refusal(tag: number, reason: number, op: keyof typeof OP, index = 0): Heard {
  return ['refused', tag, reason, OP[op], index, 0];
}

function entryOf(desk: Desk, client: number, page: number): number {
  const { kernel } = desk;
  const space = kernel.state.spaces[kernel.state.tasks[client]?.space as number] as SpaceState;
  const index = kernel.format.find(kernel.state.table, space.id, pageNumberOf(kernel, space, page));
  return index < 0 ? 0 : (kernel.state.table.entries[index] as number);
}

/** Client 1 has a container of 4 pages, 3 of them there; client 2 has the weak capability. */
export function handed(wishes: Wishes = {}, options: DeskOptions = {}, extra = 0) {
  const desk = createDesk(options);
  settleIn(desk, FIRST, 6, extra, 0);
  settleIn(desk, SECOND, 4, 0, 0);
  const own = open(desk, FIRST, { lockMax: 100, ...wishes });
  fill(desk, FIRST, own, 0, 3, ALLOCATE_ZERO);
  return { desk, own, weak: entrust(desk, FIRST, own, SECOND) };
}

/** The second client locks what it was handed. */
export function lockPages(desk: Desk, weak: number, how = 0, duration = 50) {
  return say(desk, SECOND, 'lockPages', [weak, how, 3, duration])[0];
}
