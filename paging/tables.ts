/**
 * Page tables that are charged: a pager gives frames for the tables of a page before it maps it, and
 * has them back when the tables have shrunk (nucleus/table-frames.ts, SPEC [MEM16]). A fault that
 * lacks tables waits as one that lacks a frame does; what it gets goes to the tables first.
 */

import type { Kernel } from '../nucleus/kernel.ts';
import { giveTable, missingTables, takeTableBack } from '../nucleus/table-frames.ts';
import type { TaskState } from '../nucleus/tasks.ts';
import { bindSlot, countResident, isCentral, pushFree } from './frames-in-hand.ts';
import { BUSY, RESIDENT, setWord } from './page-word.ts';
import { type Member, NO_FAULT, type PagerState } from './state.ts';

/** In place of a page of a slot: its frame was given for tables. */
export const FOR_TABLES = -0x80000000;

/** Whether the page that `member` faulted on cannot be mapped for want of tables. */
export function lacksTables(kernel: Kernel, member: Member): boolean {
  return kernel.state.tables !== null && missingTables(kernel, member.task, member.faultPage) > 0;
}

/** Whether that page has its frame, and tables are all that it lacked. */
export function isBound(pager: PagerState, member: Member): boolean {
  const word = pager.pageWord[member.base + member.faultPage] as number;
  return (word & (RESIDENT | BUSY)) === RESIDENT;
}

/** Gives the frame in `slot` for the tables of the member's fault, if they lack one. */
export function giveIfLacking(
  kernel: Kernel,
  pager: PagerState,
  member: Member,
  slot: number,
): boolean {
  if (!lacksTables(kernel, member)) return false;
  if (!giveTable(kernel, pager.id, member.task, slot)) return false;
  bindSlot(pager, slot, FOR_TABLES);
  if (isCentral(pager, member)) countResident(kernel, member, 1);
  return true;
}

/** Has a frame back that the member's tables need no more; false: there is none. */
export function takeSpareTable(kernel: Kernel, pager: PagerState, member: Member): boolean {
  if (kernel.state.tables === null) return false;
  const page = member.waits === NO_FAULT ? -1 : member.faultPage;
  const slot = takeTableBack(kernel, pager.id, member.task, page);
  if (slot < 0) return false;
  if (isCentral(pager, member)) countResident(kernel, member, -1);
  pushFree(pager, slot);
  return true;
}

/** The same of every member, as often as there is one. */
export function takeSpareTables(kernel: Kernel, pager: PagerState): void {
  if (kernel.state.tables === null) return;
  for (const member of pager.members) while (takeSpareTable(kernel, pager, member));
}

/** Frames that are given for the tables of the member's task. */
export function tablesOf(kernel: Kernel, member: Member): number {
  const { tables, tasks } = kernel.state;
  if (tables === null) return 0;
  return tables.given[(tasks[member.task] as TaskState).space]?.length ?? 0;
}

/** Keeps the page that `member` waits to have mapped from being evicted, or no more. */
export function holdBound(pager: PagerState, member: Member, held: boolean): void {
  const page = member.base + member.faultPage;
  const word = pager.pageWord[page] as number;
  setWord(pager, page, held ? word | BUSY : word & ~BUSY);
}
