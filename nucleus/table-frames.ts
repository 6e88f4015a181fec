/**
 * Table frames: memory of page tables, given by whoever causes it (SPEC [MEM15] to [MEM18]).
 *
 *   a frame of the pager --give--> of the tables of one space --take back--> the pager's again
 *
 * Where page tables are charged a mapping is made only if the tables that it takes have been given
 * before, as in seL4, where whoever maps provides the page-table objects. The frame stays in its
 * slot, counted as held; it is in use, so it is neither mapped nor returned, and it is not moved.
 * Which given frame holds which part of the table is not told apart: as many are given as are used,
 * or more, and what is more can be had back.
 *
 * An inverted table has an entry for each frame from boot on: there nothing grows, and nobody pays.
 */

import type { SpaceState } from '../sim-hw/address-space.ts';
import {
  type CapabilityTable,
  frameAt,
  IN_CONTAINER,
  LOCKED_OUT,
  orderAt,
} from './capabilities.ts';
import { charge } from './clock.ts';
import type { Kernel } from './kernel.ts';
import { dropMapping, dropMappingsOfFrame, zeroRun } from './memory-map.ts';
import { MESSAGE, type TaskState } from './tasks.ts';

/** Bytes of a frame: what tables, and records, are counted in. */
export const FRAME_BYTES = 4096;
const IN_TABLES = IN_CONTAINER | LOCKED_OUT;

/** Null in the kernel's state where nobody is charged. */
export interface TableFrames {
  /** By address space: slots of its pager whose frames were given, ... */
  readonly given: number[][];
  /** ... frames that its tables take now, ... */
  readonly used: Int32Array;
  /** ... and the most that have been given at a time. */
  readonly most: Int32Array;
}

export function createTableFrames(spaces: number): TableFrames {
  return {
    given: Array.from({ length: spaces }, () => []),
    used: new Int32Array(spaces),
    most: new Int32Array(spaces),
  };
}

/**
 * Frames that must be given before `page` of `target` can be mapped (page -1: none is to be); below
 * 0: so many may be had back.
 */
export function missingTables(kernel: Kernel, target: number, page: number): number {
  const { tables, table, tasks, spaces } = kernel.state;
  const { space: id } = tasks[target] as TaskState;
  if (tables === null || id < 0) return 0;
  const space = spaces[id] as SpaceState;
  const grows = page < 0 ? 0 : growthOf(kernel, table, space, page);
  return grows + (tables.used[id] as number) - (tables.given[id] as number[]).length;
}

function growthOf(
  { format, programs }: Kernel,
  table: Kernel['state']['table'],
  space: SpaceState,
  page: number,
): number {
  const number = programs[space.id]?.pageNumbers[page] as number;
  return format.growth?.(table, space.id, number, space.order) ?? 0;
}

/** `pager` gives the single frame in `slot` for tables of `target`, filled with zeros. */
export function giveTable(kernel: Kernel, pager: number, target: number, slot: number): boolean {
  charge(kernel, MESSAGE, kernel.costs.mapNs);
  const { tables, tasks, capabilities } = kernel.state;
  const task = tasks[target];
  if (tables === null || task === undefined || task.space < 0 || task.pager !== pager) return false;
  const table = capabilities[pager] as CapabilityTable;
  const frame = frameAt(table, slot);
  if (frame < 0 || orderAt(table, slot) !== 0) return false;
  if (((table.slotOrder[slot] as number) & IN_TABLES) !== 0) return false;
  dropMappingsOfFrame(kernel, frame);
  zeroRun(kernel, frame, 0);
  table.slotOrder[slot] = IN_TABLES;
  const given = tables.given[task.space] as number[];
  given.push(slot);
  tables.most[task.space] = Math.max(tables.most[task.space] as number, given.length);
  return true;
}

/** A slot whose frame the tables of `target` do not need, also not to map `page`; or -1. */
export function takeTableBack(kernel: Kernel, pager: number, target: number, page: number): number {
  if (kernel.state.tables === null || missingTables(kernel, target, page) >= 0) return -1;
  const task = kernel.state.tasks[target] as TaskState;
  if (task.pager !== pager) return -1;
  charge(kernel, MESSAGE, kernel.costs.mapNs);
  const slot = (kernel.state.tables.given[task.space] as number[]).pop() as number;
  const table = kernel.state.capabilities[pager] as CapabilityTable;
  table.slotOrder[slot] = (table.slotOrder[slot] as number) & ~IN_TABLES;
  return slot;
}

/** A slot of `holder` goes: it is nobody's table any more. */
export function forgetTable(kernel: Kernel, holder: number, slot: number): void {
  const { tables, tasks } = kernel.state;
  const { space } = tasks[holder] as TaskState;
  const at = tables === null || space < 0 ? -1 : (tables.given[space]?.indexOf(slot) ?? -1);
  if (at >= 0) tables?.given[space]?.splice(at, 1);
}

/** Whether the frame is a table's: its place is in other tables, so it is not moved. */
export function isTableFrame(kernel: Kernel, holder: number, slot: number): boolean {
  const { tables, spaces, tasks } = kernel.state;
  if (tables === null) return false;
  return spaces.some(
    ({ id }) =>
      tables.given[id]?.includes(slot) &&
      tasks.some(({ space, pager }) => space === id && pager === holder),
  );
}

/** Unmaps whatever the task has mapped, whoever lent it; its tables are empty then. */
export function dropAllMappings(kernel: Kernel, id: number): void {
  const space = kernel.state.spaces[(kernel.state.tasks[id] as TaskState).space] as SpaceState;
  for (let page = 0; page < space.pages; page++) dropMapping(kernel, space, page);
}

/** Whether the tables that mapping `page` takes have been given. */
export function hasTables(kernel: Kernel, space: SpaceState, page: number): boolean {
  const { tables, table } = kernel.state;
  if (tables === null) return true;
  const used = (tables.used[space.id] as number) + growthOf(kernel, table, space, page);
  return used <= (tables.given[space.id] as number[]).length;
}

/** The tables of a space have grown, or shrunk, since they took `before` frames in all. */
export function noteTables(kernel: Kernel, space: SpaceState, before: number): void {
  const { tables, table } = kernel.state;
  if (tables === null) return;
  tables.used[space.id] = (tables.used[space.id] as number) + table.tableFrames - before;
}
