/**
 * Isolation: two tasks of a good pager, beside one task of a pager that may be bad [EMMI16]. The same
 * accesses are made whatever that pager does, and the figures of the two are compared with those that
 * they have beside a good one.
 */

import type { PagerModule } from '../../servers/central/mach/emmi/pager.ts';
import { storePager } from '../../servers/central/mach/emmi/pagers/store.ts';
import { checkVm, pageOut } from '../../servers/central/mach/vm/index.ts';
import { firstPlace } from '../../servers/central/mach/vm/page-index.ts';
import { pagerOf } from '../../servers/central/mach/vm/pager-store.ts';
import { createRandom, nextUint32 } from '../../sim-hw/random.ts';
import {
  createWorld,
  emmiIn,
  get,
  lastTag,
  mapObject,
  outcomeOf,
  pass,
  put,
  recordIn,
  touch,
  type World,
} from './world.ts';

/** Of one task, after all accesses. */
export interface Figures {
  readonly faults: number;
  readonly errors: number;
  readonly waitedNs: number;
  /** Pages whose contents were not those last written. */
  readonly wrong: number;
}

export interface IsolationOptions {
  readonly frames: number;
  /** Pages of each object. */
  readonly pages: number;
  readonly steps: number;
}

const MS = 1_000_000;
/** Steps after which time passes, and the pages of the doubtful pager are paged out. */
const TIME_STEPS = 20;
const PAGEOUT_STEPS = 100;

/** Figures of the doubtful pager's task, then of the two others. */
export function figuresBeside(pager: PagerModule, options: IsolationOptions): Figures[] {
  const { frames, pages, steps } = options;
  const emmi = { patienceNs: 5 * MS, laundryNs: 5 * MS, laundryMax: 2 * pages };
  const world = createWorld({ pagers: [pager, storePager], clients: 3, frames, pages, emmi });
  const places = [0, 1, 2].map(
    (client) => mapObject(world, client, client, pages, client === 0 ? 0 : 1) as number,
  );
  const random = createRandom(1);
  const naive = places.map(() => Array.from({ length: pages }, () => 0));
  const wrong = [0, 0, 0];
  let waitsFor = -1;
  for (let step = 0; step < steps; step++) {
    const draw = nextUint32(random);
    const client = draw % 3;
    const page = (draw >>> 4) % pages;
    const isWrite = (draw >>> 20) % 2 === 0;
    if (step % TIME_STEPS === 0) pass(world, MS);
    if (step % PAGEOUT_STEPS === 0) pageOutDoubtful(world);
    // Whoever waits does nothing else.
    if (client === 0 && waitsFor >= 0 && outcomeOf(world, 0, waitsFor) === 'waits') continue;
    const at = (places[client] as number) + page;
    const known = naive[client] as number[];
    const outcome = isWrite ? put(world, client, at, step) : get(world, client, at);
    if (outcome === 'done') known[page] = step;
    if (typeof outcome === 'number' && outcome !== known[page])
      wrong[client] = (wrong[client] ?? 0) + 1;
    if (client === 0) waitsFor = outcome === 'waits' ? lastTag(world) : -1;
  }
  const broken = checkVm(emmiIn(world).vm);
  if (broken !== undefined) throw new Error(`isolation: beside ${pager.name}: ${broken}`);
  return places.map((_, client) => {
    const { faults, errors, waitedNs } = recordIn(world, client);
    return { faults, errors, waitedNs, wrong: wrong[client] as number };
  });
}

/** Laundry without a shortage: all pages of the doubtful pager's object are sent to it. */
function pageOutDoubtful(world: World): void {
  const { vm } = emmiIn(world);
  const { index } = vm.state.resident;
  const { object } = pagerOf(vm, 0);
  for (let page = firstPlace(index, object); page >= 0; ) {
    const next = index.next[page] as number;
    pageOut(vm, page);
    page = next;
  }
  // Any message lets the kernel tell pagers; the fault is one of the doubtful pager's own task.
  if (object >= 0) touch(world, 0, 2 ** 20);
}
