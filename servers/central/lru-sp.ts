/**
 * LRU-SP: replacement on two levels (Cao, Felten and Li, "Application-Controlled File Caching
 * Policies", USENIX summer 1994; "Implementation and Performance of Application-Controlled File
 * Caching", OSDI 1994), for the pages of memory. The pager says which task is to lose a page: the one
 * whose page was used longest ago of all. Which page that is, the task's own policy says.
 *
 *   candidate      the page used longest ago; its task is asked, and may give up another one
 *   swapping       the two change places in the order: to have chosen well costs a task nothing
 *   placeholders   the page that went points to the one that stayed. If it is wanted back before
 *                  that one was used, the choice was foolish, and the next candidate is the one that
 *                  stayed: whoever chooses badly pays, and nobody else
 *
 * `swapping: 0` and `placeholders: 0` do without, as in the paper's comparison. A fault is known by
 * its page only once it has a frame, so what a placeholder points to is candidate for the frame
 * after that. A task whose policy needs to see the future is not asked. The same name among arbiters
 * (servers/memory/revocation/arbiters) is this rule for frames under contract, where the server does
 * not know pages: the two share the idea and no code.
 *
 * Without sight of each reference: `lru-sp-bits` (sampled.ts). Left out: the calls by which a program
 * of ours would set priorities of files. 21 bytes a page and what the tasks' policies need.
 */

import type {
  CentralContext,
  CentralManagement,
  CentralMember,
  CentralView,
} from '../../contracts/central-management.ts';
import {
  append,
  checkLists,
  createLists,
  listOf,
  move,
  NONE,
  type PageLists,
  remove,
  swapPlaces,
} from '../../contracts/page-lists.ts';
import type { Policy, ReferenceBatch } from '../../contracts/policy.ts';
import { MemberView } from './member-view.ts';

export interface LruSpState {
  /** One list: the page used longest ago first. */
  readonly order: PageLists;
  readonly members: readonly CentralMember[];
  /** By member: the state of its policy. */
  readonly own: object[];
  /** By page that is gone: the page that stayed in its place, or NONE, and what was its `use` then. */
  readonly stayed: Int32Array;
  readonly stayedUse: Uint32Array;
  /** By page: changes with each use and whenever it leaves. */
  readonly use: Uint32Array;
  /** Pages that stayed instead of one that has come back: candidates, oldest first. */
  readonly penalties: number[];
  readonly swaps: boolean;
  readonly holdsPlaces: boolean;
  overruled: number;
  penalised: number;
}

/** The rule for tasks with these policies, by member; a task without one is not asked. */
export function lruSp(policies: readonly Policy[]): CentralManagement<LruSpState> {
  const view = new MemberView();
  return {
    name: 'lru-sp',
    sight: 'oracle',
    summary: 'the task of the page used longest ago chooses by its own policy (Cao et al. 1994)',
    control: 'victims',
    parameters: { swapping: 1, placeholders: 1 },
    ranges: {
      swapping: {
        least: 0,
        most: 1,
        whole: true,
        means: "1: places are exchanged where a task's own choice differs",
      },
      placeholders: { least: 0, most: 1, whole: true, means: '1: a wrong choice is put right' },
    },
    ofTasks: (own) => lruSp(own) as CentralManagement,
    create: (context) => create(context, policies),
    admitted: (state, page, central) =>
      admitted(state, policies, page, view.at(state.members, central, page)),
    removed: (state, page, central) =>
      removed(state, policies, page, view.at(state.members, central, page)),
    referencesSeen: (state, batch) => referencesSeen(state, policies, batch),
    victim: (state, central) => victim(state, policies, view, central),
    counters: ({ overruled, penalised }) => ({
      'chosen instead of the page used longest ago': overruled,
      'paid for a foolish choice': penalised,
    }),
    check: (state) => check(state, policies),
  };
}

function create(context: CentralContext, policies: readonly Policy[]): LruSpState {
  const { pages, members, parameters, guaranteedFrames, seed } = context;
  const share = Math.max(1, Math.floor(guaranteedFrames / members.length));
  return {
    order: createLists(pages, 1),
    members,
    own: members.map((member, index) => {
      const policy = policies[index];
      return (policy?.create({
        pages: member.pages,
        guaranteedFrames: share,
        parameters: { ...policy.parameters, ...member.policyParameters },
        seed: (seed + index) >>> 0,
      }) ?? {}) as object;
    }),
    stayed: new Int32Array(pages).fill(NONE),
    stayedUse: new Uint32Array(pages),
    use: new Uint32Array(pages),
    penalties: [],
    swaps: parameters.swapping !== 0,
    holdsPlaces: parameters.placeholders !== 0,
    overruled: 0,
    penalised: 0,
  };
}

function admitted(
  state: LruSpState,
  policies: readonly Policy[],
  page: number,
  view: MemberView,
): void {
  const { order, stayed, stayedUse, use, own } = state;
  const kept = stayed[page];
  if (kept !== NONE && use[kept] === stayedUse[page]) {
    state.penalised++;
    state.penalties.push(kept);
  }
  stayed[page] = NONE;
  append(order, 0, page);
  policies[view.member]?.admitted(own[view.member], page - view.base, view);
}

function removed(
  state: LruSpState,
  policies: readonly Policy[],
  page: number,
  view: MemberView,
): void {
  if (listOf(state.order, page) === NONE) return;
  remove(state.order, page);
  state.use[page]++;
  policies[view.member]?.removed(state.own[view.member], page - view.base, view);
}

function victim(
  state: LruSpState,
  policies: readonly Policy[],
  view: MemberView,
  central: CentralView,
): number {
  const candidate = chooseCandidate(state, central);
  if (candidate === NONE) return NONE;
  const { member, base } = view.at(state.members, central, candidate);
  const policy = policies[member];
  if (policy === undefined || policy.sight === 'future') return candidate;
  const chosen = base + policy.victim(state.own[member], view);
  const isItsOwn = chosen >= base && chosen < base + state.members[member].pages;
  // A policy that answers with what it cannot give up has no say this time.
  if (!isItsOwn || listOf(state.order, chosen) === NONE || !central.evictable(chosen))
    return candidate;
  if (chosen !== candidate) overrule(state, candidate, chosen);
  return chosen;
}

/** What a placeholder points to, else the page used longest ago. */
function chooseCandidate({ order, penalties }: LruSpState, central: CentralView): number {
  for (let page = penalties.shift(); page !== undefined; page = penalties.shift())
    if (listOf(order, page) !== NONE && central.evictable(page)) return page;
  let page = order.head[0];
  while (page !== NONE && !central.evictable(page)) page = order.next[page];
  return page;
}

/** The task gives up `chosen` so that `candidate` may stay. */
function overrule(state: LruSpState, candidate: number, chosen: number): void {
  state.overruled++;
  if (state.swaps) swapPlaces(state.order, candidate, chosen);
  if (!state.holdsPlaces) return;
  state.stayed[chosen] = candidate;
  state.stayedUse[chosen] = state.use[candidate];
}

function referencesSeen(
  state: LruSpState,
  policies: readonly Policy[],
  batch: ReferenceBatch,
): void {
  const { order, use } = state;
  for (let index = batch.from; index < batch.to; index++) {
    const page = batch.runs[index] >>> 8;
    use[page]++;
    if (listOf(order, page) !== NONE && order.tail[0] !== page) move(order, 0, page);
  }
  if (policies.some((policy) => policy.sight === 'oracle')) showOwn(state, policies, batch);
}

/** Shows each policy that sees references those of its own task, in order. */
function showOwn(
  { members, own }: LruSpState,
  policies: readonly Policy[],
  { runs, from, to, nextUse }: ReferenceBatch,
): void {
  for (const [index, { firstPage, pages }] of members.entries()) {
    const policy = policies[index];
    if (policy?.sight !== 'oracle') continue;
    const mine = runs.subarray(from, to).filter((run) => {
      const page = run >>> 8;
      return page >= firstPage && page < firstPage + pages;
    });
    for (let at = 0; at < mine.length; at++) mine[at] -= firstPage * 256;
    policy.referencesSeen?.(own[index], { runs: mine, from: 0, to: mine.length, nextUse });
  }
}

function check(state: LruSpState, policies: readonly Policy[]): string | undefined {
  const wrong = checkLists(state.order);
  if (wrong !== undefined) return `lru-sp: ${wrong}`;
  for (const [index, policy] of policies.entries()) {
    const found = policy.check?.(state.own[index]);
    if (found !== undefined) return `lru-sp: member ${index}: ${found}`;
  }
  return undefined;
}
