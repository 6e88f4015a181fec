/**
 * Policy calls: the pager's side of contracts/policy.ts. A policy is somebody's own code: what it
 * throws, and a victim it does not hold, become a `PolicyFault` that names it. What it may see goes
 * through one view (policy-view.ts).
 */

import type { CentralManagement } from '../contracts/central-management.ts';
import type { Policy, ReferenceBatch } from '../contracts/policy.ts';
import type { Kernel } from '../nucleus/kernel.ts';
import type { TaskState } from '../nucleus/tasks.ts';
import { PolicyFault } from './policy-fault.ts';
import { isEvictable, View } from './policy-view.ts';
import { firstByPriority, listPage, unlistPage } from './priorities.ts';
import { type Member, NO_PAGE, type PagerState } from './state.ts';

/** Fixed code and programs of a pager; shared by clones of a run. */
export interface PagerCode {
  readonly policy: Policy;
  /** By member: packed runs and, for future sight, the next use of each. */
  readonly programs: readonly { readonly runs: Uint32Array; readonly nextUse: Uint32Array }[];
  readonly view: View;
  /** The policy once more where it is a management for all tasks; else null. */
  readonly central: CentralManagement | null;
}

export function createPagerCode(
  policy: Policy,
  programs: readonly { runs: Uint32Array; nextUse: Uint32Array }[],
): PagerCode {
  return { policy, programs, view: new View(), central: null };
}

export function tellAdmitted(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  page: number,
): void {
  const view = point(kernel, code, pager);
  if (pager.priorities !== null) listPage(pager.priorities, page);
  try {
    code.policy.admitted(pager.policy, page, view);
  } catch (error) {
    throw faultOf(code, 'admitted', error);
  }
}

export function tellRemoved(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  page: number,
): void {
  const view = point(kernel, code, pager);
  if (pager.priorities !== null) unlistPage(pager.priorities, page);
  if (pager.central !== null) pager.central.unmapped[page] = 0;
  try {
    code.policy.removed(pager.policy, page, view);
  } catch (error) {
    throw faultOf(code, 'removed', error);
  }
}

/**
 * The page to give up for `wanted`, by priority first; the caller has made sure that there is one.
 * NO_PAGE: no fault waits for the frame.
 */
export function chooseVictim(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  candidates: number,
  wanted: number,
): number {
  const { priorities } = pager;
  if (priorities === null) return askVictim(kernel, code, pager, wanted);
  const first = firstByPriority(pager, priorities, candidates);
  if (first >= 0) return first;
  priorities.asking = true;
  try {
    return askVictim(kernel, code, pager, wanted);
  } finally {
    priorities.asking = false;
  }
}

/** A page that the policy wants no longer, checked to be one that can go; NO_PAGE: there is none. */
export function askOutside(kernel: Kernel, code: PagerCode, pager: PagerState): number {
  const { policy } = code;
  const { priorities } = pager;
  if (policy.outside === undefined) return NO_PAGE;
  const view = point(kernel, code, pager);
  if (priorities !== null) priorities.asking = true;
  try {
    if (policy.referencesSeen !== undefined) drain(kernel, code, pager);
    const page = policy.outside(pager.policy, view);
    if (page !== NO_PAGE) requireEvictable(code, pager, page, 'to be given up');
    return page;
  } catch (error) {
    throw faultOf(code, 'outside', error);
  } finally {
    if (priorities !== null) priorities.asking = false;
  }
}

/** The policy's victim, checked to be one. */
function askVictim(kernel: Kernel, code: PagerCode, pager: PagerState, wanted: number): number {
  const view = point(kernel, code, pager);
  view.wantedPage = wanted;
  let page: number;
  try {
    if (code.policy.referencesSeen !== undefined) drain(kernel, code, pager);
    page = code.policy.victim(pager.policy, view);
  } catch (error) {
    throw faultOf(code, 'victim', error);
  }
  requireEvictable(code, pager, page, 'as victim');
  return page;
}

function requireEvictable(code: PagerCode, pager: PagerState, page: number, what: string): void {
  const word = pager.pageWord[page];
  if (word === undefined || !isEvictable(pager, page, word))
    throw new PolicyFault(
      code.policy.name,
      `named page ${page} ${what}, expected a resident page that is not busy; ` +
        'check admitted, removed and view.evictable',
    );
}

/** Hands the policy every run executed since the last time, in the order they were executed. */
export function drain(kernel: Kernel, code: PagerCode, pager: PagerState): void {
  const { segments, spaces, tasks } = kernel.state;
  if (segments !== null) return drainSegments(code, pager, segments);
  const member = pager.members[0] as Member;
  const program = code.programs[0] as { runs: Uint32Array; nextUse: Uint32Array };
  const task = tasks[member.task] as TaskState;
  const { cursor } = spaces[task.space] as { cursor: number };
  if (cursor < member.drained) {
    see(code, pager, { ...program, from: member.drained, to: program.runs.length });
    member.drained = 0;
  }
  if (cursor === member.drained) return;
  see(code, pager, { ...program, from: member.drained, to: cursor });
  member.drained = cursor;
}

const NO_NEXT_USE = new Uint32Array(0);

/** The same across members: their pages carry the member's base. */
function drainSegments(code: PagerCode, pager: PagerState, segments: number[]): void {
  for (let at = 0; at < segments.length; at += 3) {
    const index = pager.memberOf[segments[at] as number] as number;
    const { base } = pager.members[index] as Member;
    const { runs } = code.programs[index] as { runs: Uint32Array };
    const from = segments[at + 1] as number;
    const to = segments[at + 2] as number;
    const shifted = new Uint32Array(Math.max(0, to - from));
    for (let i = from; i < to; i++) shifted[i - from] = (runs[i] as number) + base * 256;
    see(code, pager, { runs: shifted, nextUse: NO_NEXT_USE, from: 0, to: shifted.length });
  }
  segments.length = 0;
}

function see(code: PagerCode, pager: PagerState, batch: ReferenceBatch): void {
  code.policy.referencesSeen?.(pager.policy, batch);
}

/** Points the view at a kernel and state, for one call. */
export function point(kernel: Kernel, code: PagerCode, pager: PagerState): View {
  const { view } = code;
  view.kernel = kernel;
  view.pager = pager;
  view.looks = 0;
  view.wantedPage = NO_PAGE;
  return view;
}

export function faultOf(code: PagerCode, method: string, error: unknown): PolicyFault {
  if (error instanceof PolicyFault) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new PolicyFault(code.policy.name, `failed in ${method}(): ${text.split('\n')[0]}`);
}
