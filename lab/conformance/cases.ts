/**
 * Cases of conformance: what a kernel and its other tasks count on from an external pager, each a small
 * world with the pager in it and a finding if it does not hold. The ids are those of contracts/SPEC.md.
 */

import type { STRATEGIES } from '../../contracts/emmi-messages.ts';
import type { PagerModule } from '../../servers/central/mach/emmi/pager.ts';
import { checkVm } from '../../servers/central/mach/vm/index.ts';
import { pagerOf } from '../../servers/central/mach/vm/pager-store.ts';
import { createRandom, nextUint32 } from '../../sim-hw/random.ts';
import {
  differs,
  flush,
  MS,
  mapped,
  PAGES,
  PATIENCE_MS,
  pageAllOut,
  settled,
  word,
  worldOf,
} from './probing.ts';
import { emmiIn, mapObject, pass, put, touch, unmap, type World } from './world.ts';

export interface ConformanceCase {
  readonly rule: string;
  /** What is expected. */
  readonly expected: string;
  /** What was found instead, or undefined: it holds. */
  find(pager: PagerModule): string | undefined;
}

export const conformanceCases: readonly ConformanceCase[] = [
  {
    rule: 'EMMI2',
    expected: 'says that it is ready when its object is mapped',
    find: (pager) => {
      const world = worldOf(pager);
      const at = mapped(world, 0);
      touch(world, 0, at);
      pass(world, PATIENCE_MS * MS);
      const status = emmiIn(world).state.managed[0]?.status;
      return status === 'ready' ? undefined : `its object is ${status}`;
    },
  },
  {
    rule: 'EMMI8',
    expected: 'answers each request before patience is over',
    find: (pager) => {
      const world = worldOf(pager);
      const at = mapped(world, 0);
      for (let page = 0; page < PAGES; page++) settled(world, 0, () => touch(world, 0, at + page));
      const { silences } = emmiIn(world).state.counts;
      return silences === 0 ? undefined : `${silences} of ${PAGES} requests had no answer`;
    },
  },
  {
    rule: 'EMMI3',
    expected: 'gives every page of its object to whoever reads it',
    find: (pager) => {
      const world = worldOf(pager);
      const at = mapped(world, 0);
      for (let page = 0; page < PAGES; page++) {
        const outcome = settled(world, 0, () => touch(world, 0, at + page));
        if (outcome !== 'done') return `reading page ${page}: ${outcome}`;
      }
      return undefined;
    },
  },
  {
    rule: 'EMMI4',
    expected: 'gives the right to write when it is asked for it',
    find: (pager) => {
      const world = worldOf(pager);
      const at = mapped(world, 0);
      for (let page = 0; page < PAGES; page++) {
        settled(world, 0, () => touch(world, 0, at + page));
        const outcome = settled(world, 0, () => put(world, 0, at + page, page));
        if (outcome !== 'done') return `writing page ${page}: ${outcome}`;
      }
      return undefined;
    },
  },
  {
    rule: 'EMMI6',
    expected: 'keeps what it is sent, and gives it again',
    find: (pager) => {
      const world = worldOf(pager);
      const at = mapped(world, 0);
      for (let page = 0; page < PAGES; page++)
        settled(world, 0, () => put(world, 0, at + page, 7 + page));
      pageAllOut(world);
      return differs(world, 0, at, (page) => 7 + page);
    },
  },
  {
    rule: 'EMMI6',
    expected: 'takes pages back while memory is short, and loses none',
    find: (pager) => inShortMemory(worldOf(pager, { frames: 20 })),
  },
  {
    rule: 'EMMI9',
    expected: 'lets go of what it is sent before its time is over',
    find: (pager) => {
      const world = worldOf(pager);
      const at = mapped(world, 0);
      for (let page = 0; page < PAGES; page++)
        settled(world, 0, () => put(world, 0, at + page, page));
      pageAllOut(world);
      pass(world, PATIENCE_MS * MS - 1);
      const { laundry } = emmiIn(world).state;
      return laundry.length === 0
        ? undefined
        : `it holds on to ${laundry.length} of ${PAGES} pages`;
    },
  },
  {
    rule: 'EMMI10',
    expected: 'gives few pages that nobody has asked for',
    find: (pager) => {
      const world = worldOf(pager);
      const at = mapped(world, 0);
      settled(world, 0, () => touch(world, 0, at));
      const { counts } = emmiIn(world).state;
      const { unaskedRefused } = counts;
      return unaskedRefused === 0 ? undefined : `${unaskedRefused} pages more than it may`;
    },
  },
  {
    rule: 'EMMI11',
    expected: 'gives the same contents again for what nobody has changed',
    find: (pager) => {
      const world = worldOf(pager);
      const at = mapped(world, 0);
      const read = () => Array.from({ length: PAGES }, (_, page) => word(world, 0, at + page));
      const before = read();
      flush(world);
      const after = read();
      const page = before.findIndex((one, i) => one !== after[i]);
      return page < 0 ? undefined : `page ${page} was ${before[page]}, and is ${after[page]}`;
    },
  },
  {
    rule: 'EMMI12',
    expected: 'needs no page of its own, or of a pager that needs it, to answer',
    find: (pager) => {
      const world = worldOf(pager);
      const at = mapped(world, 0);
      for (let page = 0; page < PAGES; page++) settled(world, 0, () => touch(world, 0, at + page));
      return emmiIn(world).state.deadlocks[0];
    },
  },
  {
    rule: 'EMMI7',
    expected: 'gives the same data when its object is mapped again',
    find: (pager) => {
      const world = worldOf(pager);
      const at = mapped(world, 0);
      for (let page = 0; page < PAGES; page++)
        settled(world, 0, () => put(world, 0, at + page, 3 * page));
      unmap(world, 0, at, PAGES);
      return differs(world, 1, mapped(world, 1), (page) => 3 * page);
    },
  },
  {
    rule: 'EMMI2',
    expected: 'keeps its objects apart',
    find: (pager) => {
      const world = worldOf(pager);
      const places = [mapped(world, 0, 0), mapped(world, 0, 1)];
      for (let page = 0; page < PAGES; page++)
        for (const [object, at] of places.entries())
          settled(world, 0, () => put(world, 0, at + page, 100 * object + page));
      pageAllOut(world);
      return (
        differs(world, 0, places[0] as number, (page) => page) ??
        differs(world, 0, places[1] as number, (page) => 100 + page)
      );
    },
  },
  {
    rule: 'EMMI5',
    expected: 'says truly how its object may be copied',
    find: copiesWell,
  },
];

/** Two clients at random places of two objects, beside plain arrays. */
function inShortMemory(world: World): string | undefined {
  const random = createRandom(1);
  const draw = (below: number) => nextUint32(random) % below;
  const places = [0, 1].map((client) => [mapped(world, client, 0), mapped(world, client, 1)]);
  const naive = [0, 1].map(() => Array.from({ length: PAGES }, () => -1));
  for (let step = 0; step < 400; step++) {
    const [client, object, page] = [draw(2), draw(2), draw(PAGES)];
    const at = (places[client]?.[object] as number) + page;
    const known = naive[object] as number[];
    if (draw(2) === 0) {
      const outcome = settled(world, client, () => put(world, client, at, step));
      if (outcome !== 'done') return `step ${step}, writing page ${page}: ${outcome}`;
      known[page] = step;
    } else {
      const found = word(world, client, at);
      if (typeof found !== 'number') return `step ${step}, reading page ${page}: ${found}`;
      const before = known[page] as number;
      if (before >= 0 && found !== before)
        return `step ${step}: page ${page} of object ${object} is ${found}, was ${before}`;
    }
  }
  return checkVm(emmiIn(world).vm);
}

/** A copy keeps what it is a copy of, whoever writes where, and the object sees nothing of it. */
function copiesWell(pager: PagerModule): string | undefined {
  const world = worldOf(pager);
  const at = mapped(world, 0);
  for (let page = 0; page < PAGES; page++) settled(world, 0, () => put(world, 0, at + page, page));
  const copy = settled(world, 1, () => mapObject(world, 1, 0, PAGES, 0, true));
  if (typeof copy === 'string') return `a copy of it: ${copy}`;
  for (let page = 0; page < 4; page++)
    settled(world, 0, () => put(world, 0, at + page, 900 + page));
  settled(world, 1, () => put(world, 1, copy + 5, 800));
  const strategy = pagerOf(emmiIn(world).vm, 0).strategy as (typeof STRATEGIES)[number];
  const wrong =
    differs(world, 1, copy, (page) => (page === 5 ? 800 : page)) ??
    differs(world, 0, at, (page) => (page < 4 ? 900 + page : page));
  return wrong && `by strategy ${strategy}, ${wrong}`;
}
