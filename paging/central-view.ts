/**
 * The view of a central management: what contracts/central-management.ts promises, over the nucleus
 * operations that everybody pays for alike.
 *
 * A page that is unmapped keeps its frame and the word RESIDENT. Its MODIFIED bit goes into the word
 * as DIRTY, which a central pager has no other use for; its next touch is a fault that finds it
 * resident, and is settled softly.
 */

import type { CentralView as CentralViewFace } from '../contracts/central-management.ts';
import { stopTask } from '../nucleus/faults.ts';
import type { Kernel } from '../nucleus/kernel.ts';
import { pageBits, protect, unmap, wasModified } from '../nucleus/memory-map.ts';
import { isOver, type TaskState } from '../nucleus/tasks.ts';
import { type CentralState, RUNS, STOPPED, STOPPING } from './central-state.ts';
import { BUSY, DIRTY, isIdle, setWord, slotOf } from './page-word.ts';
import { memberOfPage, View } from './policy-view.ts';
import { type Member, NO_PAGE, type PagerState } from './state.ts';
import { CLEAN } from './transfer-records.ts';
import { beginTransfer } from './transfers.ts';

/** One transfer in so many is left to faults: cleaning gets none of them. */
const FAULTS_SHARE = 4;

export class CentralView extends View implements CentralViewFace {
  frames(): number {
    return this.at().pager.held;
  }

  freeFrames(): number {
    return this.at().pager.freeSlots;
  }

  comingFrames(): number {
    return this.at().pager.transfers.evictions;
  }

  faulting(): number {
    return this.at().pager.central?.faulting ?? -1;
  }

  memberOf(page: number): number {
    const { pager } = this.at();
    const member = memberOfPage(pager, page);
    return member === null ? -1 : (pager.memberOf[member.task] as number);
  }

  framesOf(member: number): number {
    return this.taskOf(member).framesHeld;
  }

  taskTime(member: number): number {
    return this.taskOf(member).references;
  }

  isLiving(member: number): boolean {
    return !isOver(this.taskOf(member));
  }

  override referenced(page: number): boolean {
    return !this.isUnmapped(page) && super.referenced(page);
  }

  override modified(page: number): boolean {
    const { pager } = this.at();
    if (((pager.pageWord[page] as number) & DIRTY) !== 0) return true;
    return !this.isUnmapped(page) && super.modified(page);
  }

  isUnmapped(page: number): boolean {
    return this.at().pager.central?.unmapped[page] === 1;
  }

  unmap(page: number): void {
    const { kernel, pager } = this.at();
    const central = centralOf(pager);
    const word = pager.pageWord[page];
    if (word === undefined || !isIdle(word) || central.unmapped[page] === 1) return;
    const member = memberOfPage(pager, page) as Member;
    const entry = unmap(kernel, pager.id, member.task, page - member.base);
    central.unmapped[page] = 1;
    if (wasModified(entry)) setWord(pager, page, word | DIRTY);
  }

  clean(page: number): boolean {
    const { kernel, pager } = this.at();
    const central = centralOf(pager);
    const word = pager.pageWord[page];
    const { records, active } = pager.transfers;
    if (word === undefined || !isIdle(word)) return false;
    if (active >= records.length - Math.ceil(records.length / FAULTS_SHARE)) return false;
    if (central.unmapped[page] === 0 && !isMadeReadOnly(kernel, pager, page)) return false;
    if (central.unmapped[page] === 1 && (word & DIRTY) === 0) return false;
    setWord(pager, page, word | BUSY | DIRTY);
    central.cleanings++;
    beginTransfer(kernel, pager, CLEAN, page, NO_PAGE, slotOf(word), -1);
    return true;
  }

  suspend(member: number): void {
    const { kernel, pager } = this.at();
    const central = centralOf(pager);
    const at = central.resuming.indexOf(member);
    if (at >= 0) central.resuming.splice(at, 1);
    if (central.suspended[member] !== RUNS || !this.isLiving(member)) return;
    const { task } = pager.members[member] as Member;
    central.suspended[member] = stopTask(kernel, pager.id, task) ? STOPPED : STOPPING;
    central.suspensions++;
  }

  resume(member: number): void {
    const central = centralOf(this.at().pager);
    if (central.suspended[member] === RUNS || central.resuming.includes(member)) return;
    central.resuming.push(member);
  }

  private taskOf(member: number): TaskState {
    const { kernel, pager } = this.at();
    return kernel.state.tasks[(pager.members[member] as Member).task] as TaskState;
  }
}

/** Puts a mapped page that was written to read-only, so that what is written is what stays. */
function isMadeReadOnly(kernel: Kernel, pager: PagerState, page: number): boolean {
  const member = memberOfPage(pager, page) as Member;
  const isDirty = ((pager.pageWord[page] as number) & DIRTY) !== 0;
  const bits = isDirty ? 0 : pageBits(kernel, pager.id, member.task, page - member.base);
  if (!isDirty && !wasModified(bits)) return false;
  protect(kernel, pager.id, member.task, page - member.base, false);
  return true;
}

function centralOf({ central }: PagerState): CentralState {
  if (central === null) throw new Error("acts on pages, expected control: 'pages'");
  return central;
}
