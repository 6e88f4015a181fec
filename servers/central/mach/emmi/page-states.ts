/**
 * Page states, as one kernel sees the pages of an external pager's object ("Kernel Principles" of Mach 3)
 * [EMMI13]. A page in memory is <modified, access that its lock leaves, access that somebody wants>.
 *
 *   what happens            from              to
 *   fault                   empty             wait-r, wait-w
 *   supply                  empty, wait       <-,c,n>; <-,c,a> if more is wanted than its lock leaves
 *   unavailable             wait              <-,w,n>; empty, where the page is another object's now
 *   error, silence, end     wait              empty
 *   fault                   <m,c,*>           <m,c,a>, a more than c
 *   lock                    <m,c,a>           <m,d,a>; <m,d,n> if d is all that was wanted
 *   clean                   <m,c,a>           <-,c,a>
 *   a program writes        <-,w,n>           <m,w,n>
 *   flush, pageout, end     <m,c,a>           empty
 *
 * `pageStateOf` reads a page's state, `wrongStep` says what is wrong with a change of it: for tests. A step
 * of the kernel may do several of these: a page that leaves may be asked for at once.
 */

import { READ, WRITE } from '../vm/index.ts';
import { pagerOf } from '../vm/pager-store.ts';
import { isModified } from '../vm/pmap.ts';
import { residentPage } from '../vm/resident-pages.ts';
import { type Emmi, NONE } from './state.ts';

export type Access = 'n' | 'r' | 'w';

export type PageState =
  | { readonly kind: 'empty' }
  | { readonly kind: 'wait'; readonly access: Access }
  | {
      readonly kind: 'page';
      readonly isModified: boolean;
      readonly current: Access;
      readonly wanted: Access;
    };

/** What a step of the kernel was caused by. */
export type PageEvent =
  | 'fault'
  | 'supply'
  | 'unavailable'
  | 'error'
  | 'silence'
  | 'lock'
  | 'write'
  | 'end'
  | 'other';

/** Of the page at `offset` (bytes) of the object of `pager`. */
export function pageStateOf(emmi: Emmi, pager: number, offset: number): PageState {
  const { state, vm } = emmi;
  const { object } = pagerOf(vm, pager);
  const asked = state.requests.filter((one) => one.pager === pager && one.offset === offset);
  const page = object === NONE ? NONE : residentPage(vm, object, offset);
  if (page !== NONE) {
    const unlock = asked.filter(({ kind }) => kind === 'unlock').map(({ access }) => access);
    return {
      kind: 'page',
      isModified: isModified(vm, page),
      current: accessOf(~(vm.state.resident.locks[page] ?? 0)),
      wanted: unlock.reduce<Access>((most, access) => greater(most, accessOf(access)), 'n'),
    };
  }
  const data = asked.find(({ kind }) => kind === 'data');
  return data === undefined ? { kind: 'empty' } : { kind: 'wait', access: accessOf(data.access) };
}

/** As "Kernel Principles" writes it. */
export function stateText(state: PageState): string {
  if (state.kind === 'empty') return 'empty';
  if (state.kind === 'wait') return `wait-${state.access}`;
  return `<${state.isModified ? 'm' : '-'},${state.current},${state.wanted}>`;
}

/** Why `before` cannot become `after` by `event`; undefined: it can. */
export function wrongStep(
  before: PageState,
  event: PageEvent,
  after: PageState,
): string | undefined {
  if (stateText(before) === stateText(after)) return wrongState(after);
  // It may have left memory in the same step.
  const mayLeave = before.kind === 'page';
  const isAllowed = canBecome(before, event, after) || (mayLeave && canBecome(EMPTY, event, after));
  if (!isAllowed) return `${stateText(before)} becomes ${stateText(after)} by ${event}`;
  return wrongState(after);
}

const EMPTY: PageState = { kind: 'empty' };

/** What nobody has more of than he has is not wanted. */
function wrongState(state: PageState): string | undefined {
  if (state.kind !== 'page' || state.wanted === 'n') return undefined;
  if (greater(state.current, state.wanted) === state.wanted && state.current !== state.wanted)
    return undefined;
  return `${stateText(state)}: what is wanted is there`;
}

function canBecome(before: PageState, event: PageEvent, after: PageState): boolean {
  if (after.kind === 'empty') {
    if (before.kind === 'page' || before.kind === 'empty') return true;
    return ['error', 'silence', 'end', 'unavailable'].includes(event);
  }
  // Whoever waits is tried again whenever the pager says anything.
  if (after.kind === 'wait') return before.kind === 'empty' && event !== 'write';
  if (before.kind === 'page') return pageCanBecome(before, event, after);
  // Pages of nobody's making: zeros, or given.
  if (after.isModified) return event === 'unavailable' && before.kind === 'wait';
  if (event === 'supply') return true;
  const isZeros = after.current === 'w' && after.wanted === 'n';
  return isZeros && before.kind === 'wait' && (event === 'unavailable' || event === 'silence');
}

type InMemory = Extract<PageState, { kind: 'page' }>;

function pageCanBecome(before: InMemory, event: PageEvent, after: InMemory): boolean {
  const isMoreWanted =
    before.wanted !== after.wanted && greater(before.wanted, after.wanted) === after.wanted;
  const isRelocked = before.current !== after.current;
  const isLessWanted = !isMoreWanted && before.wanted !== after.wanted;
  if (isMoreWanted && !['fault', 'lock', 'supply', 'unavailable'].includes(event)) return false;
  if ((isRelocked || isLessWanted) && !['lock', 'silence', 'end'].includes(event)) return false;
  if (isRelocked && event !== 'lock') return false;
  if (!before.isModified && after.isModified) return event === 'write' && before.current === 'w';
  return !(before.isModified && !after.isModified) || event === 'lock';
}

function accessOf(rights: number): Access {
  if ((rights & READ) === 0) return 'n';
  return (rights & WRITE) === 0 ? 'r' : 'w';
}

function greater(one: Access, other: Access): Access {
  if (one === 'w' || other === 'w') return 'w';
  return one === 'r' || other === 'r' ? 'r' : 'n';
}
