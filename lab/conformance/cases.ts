/**
 * Cases of conformance: what a kernel and its other tasks count on from an external pager, each a small
 * world with the pager in it and a finding if it does not hold. The ids are those of contracts/SPEC.md.
 */

import { lockOrder, type STRATEGIES } from '../../contracts/emmi-messages.ts';
import { OP } from '../../contracts/messages.ts';
import type { PagerModule } from '../../servers/central/mach/emmi/pager.ts';
import { checkVm, pageOut } from '../../servers/central/mach/vm/index.ts';
import { pagerOf } from '../../servers/central/mach/vm/pager-store.ts';
import { createRandom, nextUint32 } from '../../sim-hw/random.ts';
import {
  createWorld,
  emmiIn,
  get,
  lastTag,
  mapObject,
  type Outcome,
  outcomeOf,
  pass,
  put,
  say,
  touch,
  unmap,
  type World,
  type WorldOptions,
} from './world.ts';

export interface ConformanceCase {
  readonly rule: string;
  /** What is expected. */
  readonly expected: string;
  /** What was found instead, or undefined: it holds. */
  find(pager: PagerModule): string | undefined;
}

const PAGES = 24;
const MS = 1_000_000;
const PATIENCE_MS = 100;

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

function worldOf(pager: PagerModule, options: Partial<WorldOptions> = {}): World {
  const emmi = { patienceNs: PATIENCE_MS * MS, laundryNs: PATIENCE_MS * MS };
  return createWorld({ pagers: [pager], pages: PAGES, emmi, ...options });
}

/** Where the object is; a pager cannot keep it from being mapped. */
function mapped(world: World, client: number, object = 0): number {
  const at = mapObject(world, client, object, PAGES);
  if (typeof at === 'string') throw new Error(`vm_map of object ${object}: ${at}`);
  return at;
}

/** What an access came to, once patience is over with it. */
function settled<R extends Outcome | number>(
  world: World,
  client: number,
  access: () => R,
): R | Outcome {
  const outcome = access();
  if (outcome !== 'waits') return outcome;
  const tag = lastTag(world);
  for (let ms = 0; ms <= PATIENCE_MS && emmiIn(world).state.waits.length > 0; ms++) pass(world, MS);
  const told = outcomeOf(world, client, tag);
  return told === 'SUCCESS' || told === 'waits' ? access() : told;
}

function word(world: World, client: number, page: number): number | Outcome {
  return settled(world, client, () => get(world, client, page));
}

function differs(
  world: World,
  client: number,
  at: number,
  expected: (page: number) => number,
): string | undefined {
  for (let page = 0; page < PAGES; page++) {
    const found = word(world, client, at + page);
    if (found !== expected(page)) return `page ${page} is ${found}, expected ${expected(page)}`;
  }
  return checkVm(emmiIn(world).vm);
}

function pageAllOut(world: World): void {
  const { vm } = emmiIn(world);
  const { queue, index } = vm.state.resident;
  for (let page = 0; page < queue.length; page++)
    if (queue[page] >= 2 && index.owner[page] === pagerOf(vm, 0).object) pageOut(vm, page);
  for (let page = 0; page < queue.length; page++) {
    const isFree = queue[page] === 1 || vm.state.laundry.includes(index.owner[page]);
    if (!isFree && vm.state.resident.wirings[page] === 0) pageOut(vm, page);
  }
  nudge(world);
}

/** The kernel drops what is in memory of object 0, sending back what was changed. */
function flush(world: World): void {
  const task = world.pagers[0] as number;
  const order = lockOrder({ returns: 'changed', flush: true, wantsReply: false });
  say(world, task, OP.memoryObjectLockRequest, [0, 0, PAGES, order]);
}

/** Any message lets the kernel tell pagers what it has for them. */
function nudge(world: World): void {
  touch(world, 1, 2 ** 20);
}

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
