/**
 * Policy view: what a policy may see of its pager (contracts/policy.ts), and by whom each page is had.
 * Every look at a hardware bit is a charged nucleus operation, and looks without end are cut off.
 */

import type { PolicyView } from '../contracts/policy.ts';
import type { Kernel } from '../nucleus/kernel.ts';
import { clearReferenced, pageBits, wasModified, wasReferenced } from '../nucleus/memory-map.ts';
import type { TaskState } from '../nucleus/tasks.ts';
import { isDiscardable } from './discard.ts';
import { DIRTY, isIdle } from './page-word.ts';
import { priorityOf } from './priorities.ts';
import { type Member, NO_PAGE, type PagerState } from './state.ts';

/** Looks one policy call may take before the pager takes it for a loop: per page, plus a few. */
const LOOKS_A_PAGE = 8;

/** The `PolicyView` of one pager; pointed at a kernel and state before each call. */
export class View implements PolicyView {
  kernel: Kernel | null = null;
  pager: PagerState | null = null;
  looks = 0;
  /** The page whose fault a victim is asked for. */
  wantedPage = NO_PAGE;

  now(): number {
    const { kernel, pager } = this.at();
    let references = 0;
    for (const { task } of pager.members)
      references += (kernel.state.tasks[task] as TaskState).references;
    return references;
  }

  referenced(page: number): boolean {
    return wasReferenced(this.bits(page));
  }

  modified(page: number): boolean {
    return wasModified(this.bits(page));
  }

  clearReferenced(page: number): void {
    const { kernel, pager } = this.at();
    this.count();
    const member = memberOfPage(pager, page);
    if (member !== null) clearReferenced(kernel, pager.id, member.task, page - member.base);
  }

  evictable(page: number): boolean {
    const { pager } = this.at();
    this.count();
    const word = pager.pageWord[page];
    return word !== undefined && isEvictable(pager, page, word);
  }

  priority(page: number): number {
    return priorityOf(this.at().pager, page);
  }

  wanted(): number {
    return this.wantedPage;
  }

  discardable(page: number): boolean {
    return isDiscardable(this.at().pager, page);
  }

  private bits(page: number): number {
    const { kernel, pager } = this.at();
    this.count();
    const member = memberOfPage(pager, page);
    return member === null ? 0 : pageBits(kernel, pager.id, member.task, page - member.base);
  }

  private count(): void {
    const { pager } = this.at();
    if (++this.looks > LOOKS_A_PAGE * pager.pageWord.length + 1000)
      throw new Error('looked at pages without end and named no victim');
  }

  protected at(): { kernel: Kernel; pager: PagerState } {
    if (this.kernel === null || this.pager === null)
      throw new Error('used its view outside of a call');
    return this as unknown as { kernel: Kernel; pager: PagerState };
  }
}

/** Whether a page can be given up now. */
export function isEvictable(pager: PagerState, page: number, word: number): boolean {
  if (!isIdle(word)) return false;
  if (pager.priorities?.asking === true && priorityOf(pager, page) !== 0) return false;
  return !pager.cleanOnly || (word & DIRTY) === 0;
}

/** Whose page it is; null: no page of this pager. */
export function memberOfPage(pager: PagerState, page: number): Member | null {
  const { members } = pager;
  if (!(page >= 0 && page < pager.pageWord.length)) return null;
  let low = 0;
  let high = members.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((members[middle] as Member).base <= page) low = middle;
    else high = middle - 1;
  }
  return members[low] as Member;
}
