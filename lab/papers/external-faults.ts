/**
 * External faults: messages between the kernel and a pager that is a task, by kind of fault. A fault that
 * reaches the pager takes a request and its answer, a page that goes back takes the page and its release;
 * each is counted at the nucleus where it is sent.
 *
 *   zeroFill     data_request, data_unavailable     first touch of a page that the pager has not
 *   pageIn       data_request, data_supply          of one that it has
 *   protection   data_unlock, lock_request          a write to a page supplied for reading alone
 *   pageOut      data_return, deallocate            a changed page leaves memory
 *
 * Forin, Barrera, Young and Rashid (1988) count the first and the third on the RT PC (zero fill 1.5 ms,
 * protection 1.1 ms, page-out 2.5 ms). The trap of whoever faults and its return are messages of the nucleus here, and
 * none there: they are not counted, and no time is compared.
 */

import { newest } from '../../nucleus/messages.ts';
import type { PagerModule } from '../../servers/central/mach/emmi/pager.ts';
import { storePager } from '../../servers/central/mach/emmi/pagers/store.ts';
import { assert } from '../../sim-hw/assert.ts';
import { pageAllOut } from '../conformance/probing.ts';
import {
  createWorld,
  mapObject,
  type Outcome,
  put,
  touch,
  type World,
} from '../conformance/world.ts';
import type { Measured } from '../scenario/expectations.ts';

const PAGES = 16;

export interface ExternalFaultSettings {
  /** The pager gives pages for reading alone. */
  readonly withholds: boolean;
}

/** A row of one task for each kind of fault: `faults` of it, and `messages` that they took. */
export function externalFaults({ withholds }: ExternalFaultSettings): Measured {
  const pager = withholds ? guarded : (storePager as PagerModule);
  const world = createWorld({ pagers: [pager], pages: PAGES });
  const counted = { messages: 0 };
  countBetween(world, counted);
  const at = mapObject(world, 0, 0, PAGES) as number;
  const counts = (name: string, deed: () => void) => {
    counted.messages = 0;
    deed();
    return { name, faults: PAGES, messages: counted.messages };
  };
  const each = (name: string, access: (page: number) => Outcome) =>
    counts(name, () => {
      for (let page = at; page < at + PAGES; page++)
        assert(access(page) === 'done', `external faults: ${name} of page ${page - at} fails`);
    });
  const tasks = [
    each('zeroFill', (page) => touch(world, 0, page)),
    // A page that is there, and whose rights suffice: no fault at all.
    each('noFault', (page) => put(world, 0, page, 1)),
    counts('pageOut', () => pageAllOut(world)),
    each('pageIn', (page) => touch(world, 0, page)),
    each('protection', (page) => put(world, 0, page, 2)),
  ];
  return { rows: [{ management: 'external', frames: 64, tasks, totals: {} }] };
}

/** Gives pages for reading alone. */
const guarded: PagerModule = {
  ...(storePager as PagerModule),
  name: 'guarded',
  hear: (state, message, kernel) =>
    storePager.hear(state as Parameters<typeof storePager.hear>[0], message, {
      ...kernel,
      supply: (control, offset, pages) => kernel.supply(control, offset, pages, { lock: 2 }),
    }),
};

/** Counts what the kernel and the pager say to each other. */
function countBetween(world: World, counted: { messages: number }): void {
  const { kernel, kernelTask, pagers } = world;
  const [pager] = pagers;
  kernel.tap = ({ state }) => {
    const { from, to } = newest(state.queue);
    const isBetween = from === kernelTask ? to === pager : from === pager && to === kernelTask;
    if (isBetween) counted.messages++;
  };
}
