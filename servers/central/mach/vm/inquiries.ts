/** What a task may ask of address spaces and of memory: vm_regions and vm_statistics [VM3]. */

import { entryAt, type Inheritance, lastEntryFrom, mapAt } from './maps.ts';
import { NONE } from './pool.ts';
import { ACTIVE, FREE, INACTIVE } from './resident-pages.ts';
import type { Vm, VmCounts, VmRefusal } from './state.ts';
import { mapOf } from './tasks.ts';

export interface Region {
  readonly start: number;
  readonly size: number;
  readonly protection: number;
  readonly protectionMax: number;
  readonly inheritance: Inheritance;
  readonly isShared: boolean;
  /** Stands for the object: the same for all who map it; NONE: none has been made. */
  readonly name: number;
  readonly offset: number;
}

/** The first region at or after `address`; undefined: there is none. */
export function vmRegion(vm: Vm, task: number, address: number): Region | VmRefusal | undefined {
  const map = mapOf(vm, task);
  if (typeof map === 'string') return map;
  let at = lastEntryFrom(vm, map, address);
  if (at === NONE) at = mapAt(vm, map).first;
  else if (entryAt(vm, at).end <= address) at = entryAt(vm, at).next;
  if (at === NONE) return undefined;
  const { start, end, submap, object, offset, ...rest } = entryAt(vm, at);
  const { protection, protectionMax, inheritance } = rest;
  const name = submap === NONE ? object : entryAt(vm, mapAt(vm, submap).first).object;
  const isShared = submap !== NONE;
  return {
    start,
    size: end - start,
    protection,
    protectionMax,
    inheritance,
    isShared,
    name,
    offset,
  };
}

export interface Statistics extends VmCounts {
  readonly pageBytes: number;
  readonly free: number;
  readonly active: number;
  readonly inactive: number;
  readonly wired: number;
}

export function vmStatistics({ state, parameters }: Vm): Statistics {
  const { queue, queued } = state.resident;
  const [free, active, inactive] = [queued[FREE], queued[ACTIVE], queued[INACTIVE]];
  const wired = queue.length - free - active - inactive;
  return { ...state.counts, pageBytes: parameters.pageBytes, free, active, inactive, wired };
}
