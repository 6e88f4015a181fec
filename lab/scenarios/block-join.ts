/**
 * Block join: a policy of one task's own, for a block nested-loop join that knows its tables. It keeps
 * the block of the outer table, and of the inner one, which goes by again and again, what came in first.
 *
 * Pages of the inner table are those from `innerFrom` to before `innerTo`, by first use. Of the others at
 * most `block` stay: beyond that the oldest leaves, which is of a block that is done with. Else the inner page that
 * came in last leaves (as in scenarios/loop.ts; Chou and DeWitt 1985). No sight of uses: 8 bytes a page.
 */

// Types only, never loaded: a policy runs anywhere.
import type { Policy, PolicyView } from '../../contracts/policy.ts';

const NONE = -1;
/** Lists of resident pages by time of coming in. */
const OUTER = 0;
const INNER = 1;

interface BlockJoinState {
  readonly older: Int32Array;
  readonly younger: Int32Array;
  readonly oldest: [number, number];
  readonly youngest: [number, number];
  readonly count: [number, number];
  readonly resident: Uint8Array;
  readonly innerFrom: number;
  readonly innerTo: number;
  readonly block: number;
}

const blockJoin: Policy<BlockJoinState> = {
  name: 'block-join',
  sight: 'none',
  summary: 'keeps a block of the outer table, evicts inner pages last in first out',
  parameters: { innerFrom: 0, innerTo: 0, block: 0 },

  create({ pages, parameters }) {
    return {
      older: new Int32Array(pages).fill(NONE),
      younger: new Int32Array(pages).fill(NONE),
      oldest: [NONE, NONE],
      youngest: [NONE, NONE],
      count: [0, 0],
      resident: new Uint8Array(pages),
      innerFrom: parameters.innerFrom,
      innerTo: parameters.innerTo,
      block: parameters.block,
    };
  },

  admitted(state, page) {
    const { older, younger, youngest, oldest, count, resident } = state;
    if (resident[page] === 1) return;
    const list = listOf(state, page);
    resident[page] = 1;
    count[list]++;
    older[page] = youngest[list];
    younger[page] = NONE;
    if (youngest[list] === NONE) oldest[list] = page;
    else younger[youngest[list]] = page;
    youngest[list] = page;
  },

  removed(state, page) {
    const { older, younger, youngest, oldest, count, resident } = state;
    if (resident[page] === 0) return;
    const list = listOf(state, page);
    resident[page] = 0;
    count[list]--;
    if (older[page] === NONE) oldest[list] = younger[page];
    else younger[older[page]] = younger[page];
    if (younger[page] === NONE) youngest[list] = older[page];
    else older[younger[page]] = older[page];
  },

  victim(state, view) {
    const { older, younger, youngest, oldest, count, block } = state;
    const ofOuter = () => firstEvictable(oldest[OUTER], younger, view);
    const ofInner = () => firstEvictable(youngest[INNER], older, view);
    const [first, second] = count[OUTER] > block ? [ofOuter, ofInner] : [ofInner, ofOuter];
    const page = first();
    return page === NONE ? second() : page;
  },

  check(state) {
    for (const list of [OUTER, INNER]) {
      let listed = 0;
      for (let page = state.oldest[list]; page !== NONE; page = state.younger[page]) {
        if (listOf(state, page) !== list) return `block-join: page ${page} is in the wrong list`;
        if (++listed > state.count[list]) return 'block-join: more pages listed than counted';
      }
      if (listed !== state.count[list]) return `block-join: ${listed} listed in list ${list}`;
    }
    return undefined;
  },
};

export default blockJoin;

function listOf({ innerFrom, innerTo }: BlockJoinState, page: number): number {
  return page >= innerFrom && page < innerTo ? INNER : OUTER;
}

function firstEvictable(from: number, along: Int32Array, view: PolicyView): number {
  let page = from;
  while (page !== NONE && !view.evictable(page)) page = along[page];
  return page;
}
