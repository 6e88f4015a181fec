/**
 * Sampled sight: a management that wants to see each reference, on a machine that shows bits alone
 * (`eelru-bits`, `multi-queue-bits`, `lru-sp-bits`). The papers of the three assume to be told of each
 * use, which in 1994 and 2001 a cache of files was; of memory a kernel knows what bits tell it.
 *
 *   once a period   each page in memory is looked at, in the order of the page tables; where the bit
 *                   is set it is cleared, and the page counts as used once, now
 *   at a fault      the page that is wanted counts as used once; the bit that its own reference sets
 *                   is not taken for a second use
 *   at a victim     its bit is looked at: one in use counts as used, and another is asked for; not
 *                   where tasks choose by their own policies (lru-sp), which have looked themselves
 *
 * So it does not know in what order pages were used within a period, how often, or that a page was
 * used again before the first look after its fault. What counts references in the management (a
 * lifetime, an age) counts uses that were found. A look after each reference makes it the oracle again.
 *
 * Bits have two readers where tasks have policies: what the look has cleared is kept for these in
 * software, and clearing it there is free. The period is ours; each look is charged as any is.
 * 6 bytes a page beside what the management has.
 */

import type {
  CentralContext,
  CentralManagement,
  CentralView,
} from '../../contracts/central-management.ts';

interface SampledState {
  readonly own: unknown;
  readonly resident: Uint8Array;
  /** By page: its bits. */
  readonly bits: Uint8Array;
  /** Pages found in use that the management has not been told of, as runs; so many. */
  readonly found: Uint32Array;
  count: number;
}

/** Found in use, and not cleared since by whoever chooses. */
const USED = 1;
/** Not looked at since its fault. */
const FRESH = 2;

const NO_NEXT_USE = new Uint32Array(0);

/** The management `inner`, told of uses as bits show them. */
export function sampled(inner: CentralManagement, name: string): CentralManagement<SampledState> {
  const { ofTasks, counters, check, taskParameters, parameters = {}, ranges = {} } = inner;
  const seen = new SoftView();
  return {
    name,
    sight: 'hardware',
    summary: `${inner.name} told once a period which pages were used, by their bits`,
    control: 'pages',
    period: { ns: 1_000_000, references: 1000 },
    parameters,
    ranges,
    ...(taskParameters && { taskParameters }),
    ...(ofTasks && { ofTasks: (own) => sampled(ofTasks(own), name) as CentralManagement }),
    create: (context: CentralContext) => ({
      own: inner.create(context),
      resident: new Uint8Array(context.pages),
      bits: new Uint8Array(context.pages),
      found: new Uint32Array(context.pages),
      count: 0,
    }),
    admitted(state, page, view) {
      tell(inner, state);
      state.resident[page] = 1;
      state.bits[page] = USED | FRESH;
      inner.admitted(state.own, page, seen.at(state, view));
      note(state, page);
      tell(inner, state);
    },
    removed(state, page, view) {
      tell(inner, state);
      state.resident[page] = 0;
      state.bits[page] = 0;
      inner.removed(state.own, page, seen.at(state, view));
    },
    ticked(state, view) {
      tell(inner, state);
      for (let page = 0; page < state.resident.length; page++)
        if (state.resident[page] === 1 && view.evictable(page)) look(state, page, view);
      tell(inner, state);
      return 0;
    },
    victim(state, view) {
      const asksAgain = ofTasks === undefined;
      return victim(inner, state, view, seen.at(state, view), asksAgain);
    },
    ...(counters && { counters: ({ own }) => counters(own) }),
    check: ({ own, resident, bits }) => {
      const wrong = bits.findIndex((of, page) => of !== 0 && resident[page] === 0);
      return wrong < 0 ? check?.(own) : `${name}: page ${wrong} is gone and has bits`;
    },
  };
}

function victim(
  inner: CentralManagement,
  state: SampledState,
  view: CentralView,
  seen: CentralView,
  asksAgain: boolean,
): number {
  tell(inner, state);
  let page = inner.victim(state.own, seen);
  // Each page is found in use once at most: nobody runs meanwhile.
  while (asksAgain && look(state, page, view)) {
    tell(inner, state);
    page = inner.victim(state.own, seen);
  }
  return page;
}

/** Looks at the bit of a page and clears it; true: the page has been used since the last look. */
function look(state: SampledState, page: number, view: CentralView): boolean {
  if (!view.referenced(page)) return false;
  view.clearReferenced(page);
  const isFirst = (state.bits[page] & FRESH) !== 0;
  state.bits[page] = USED;
  if (!isFirst) note(state, page);
  return !isFirst;
}

function note(state: SampledState, page: number): void {
  // A run of one reference.
  state.found[state.count++] = page << 8;
}

/** Tells the management of the uses that were found. */
function tell(inner: CentralManagement, state: SampledState): void {
  const { own, found, count } = state;
  if (count === 0) return;
  state.count = 0;
  inner.referencesSeen?.(own, { runs: found, from: 0, to: count, nextUse: NO_NEXT_USE });
}

/** The view of who chooses: bits as the looks have left them, and the machine's where they are unset. */
class SoftView implements CentralView {
  state: SampledState | null = null;
  view: CentralView | null = null;

  at(state: SampledState, view: CentralView): SoftView {
    this.state = state;
    this.view = view;
    return this;
  }
  referenced(page: number): boolean {
    const state = this.state as SampledState;
    if ((state.bits[page] & USED) !== 0) return true;
    return look(state, page, this.through());
  }
  clearReferenced(page: number): void {
    const { bits } = this.state as SampledState;
    bits[page] &= ~USED;
  }
  now(): number {
    return this.through().now();
  }
  modified(page: number): boolean {
    return this.through().modified(page);
  }
  evictable(page: number): boolean {
    return this.through().evictable(page);
  }
  priority(page: number): number {
    return this.through().priority(page);
  }
  discardable(page: number): boolean {
    return this.through().discardable(page);
  }
  wanted(): number {
    return this.through().wanted();
  }
  frames(): number {
    return this.through().frames();
  }
  freeFrames(): number {
    return this.through().freeFrames();
  }
  comingFrames(): number {
    return this.through().comingFrames();
  }
  faulting(): number {
    return this.through().faulting();
  }
  memberOf(page: number): number {
    return this.through().memberOf(page);
  }
  framesOf(member: number): number {
    return this.through().framesOf(member);
  }
  taskTime(member: number): number {
    return this.through().taskTime(member);
  }
  isLiving(member: number): boolean {
    return this.through().isLiving(member);
  }
  unmap(page: number): void {
    this.through().unmap(page);
  }
  isUnmapped(page: number): boolean {
    return this.through().isUnmapped(page);
  }
  clean(page: number): boolean {
    return this.through().clean(page);
  }
  suspend(member: number): void {
    this.through().suspend(member);
  }
  resume(member: number): void {
    this.through().resume(member);
  }
  private through(): CentralView {
    return this.view as CentralView;
  }
}
