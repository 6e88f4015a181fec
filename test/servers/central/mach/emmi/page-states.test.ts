/** Page states: each change that a step of the kernel makes is one that the table has. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lockOrder, supplyOf } from '../../../../../contracts/emmi-messages.ts';
import { OP } from '../../../../../contracts/messages.ts';
import {
  createWorld,
  emmiIn,
  mapObject,
  pass,
  put,
  say,
  touch,
  type World,
} from '../../../../../lab/conformance/world.ts';
import type { Receiver } from '../../../../../nucleus/kernel.ts';
import {
  type PageEvent,
  type PageState,
  pageStateOf,
  stateText,
  wrongStep,
} from '../../../../../servers/central/mach/emmi/page-states.ts';
import type { PagerModule } from '../../../../../servers/central/mach/emmi/pager.ts';
import { sendOff } from '../../../../../servers/central/mach/emmi/sending.ts';
import { checkVm, pageOut } from '../../../../../servers/central/mach/vm/index.ts';
import { stamped } from '../../../../../sim-hw/contents.ts';

const PAGES = 4;
const MS = 1_000_000;

/** Says that it is ready and lets go of what it is sent; all else the test says for it. */
const spokenFor: PagerModule = {
  name: 'spoken-for',
  summary: 'is spoken for',
  create: () => ({}),
  hear: (_state, { name, fields }, kernel) => {
    const { control = 0, address = 0 } = fields;
    if (name === 'memoryObjectInit') kernel.send('memoryObjectReady', { control, strategy: 1 });
    if (name === 'memoryObjectDataReturn') kernel.free(address, 1);
  },
};

const EVENTS: Record<number, PageEvent> = {
  [OP.machFault]: 'fault',
  [OP.memoryObjectDataSupply]: 'supply',
  [OP.memoryObjectDataUnavailable]: 'unavailable',
  [OP.memoryObjectDataError]: 'error',
  [OP.memoryObjectLockRequest]: 'lock',
};

function statesOf(world: World): PageState[] {
  const emmi = emmiIn(world);
  return Array.from({ length: PAGES }, (_, page) => pageStateOf(emmi, 0, page * 4096));
}

/** Looks at the states before and after each step of the kernel's; `seen` gets what became of what. */
function watch(world: World, seen: Set<string>, wrong: string[]): void {
  const { kernel, kernelTask } = world;
  const { step, state } = kernel.receivers[kernelTask] as Receiver;
  kernel.receivers[kernelTask] = {
    state,
    step: (...args) => {
      const before = statesOf(world);
      const event = EVENTS[args[2].op] ?? (args[2].from === 0 ? 'silence' : 'other');
      step(...args);
      compare(before, event, statesOf(world), seen, wrong);
    },
  };
}

function compare(
  before: PageState[],
  event: PageEvent,
  after: PageState[],
  seen: Set<string>,
  wrong: string[],
): void {
  for (const [page, state] of before.entries()) {
    const next = after[page];
    if (stateText(state) !== stateText(next))
      seen.add(`${stateText(state)} ${event} ${stateText(next)}`);
    const found = wrongStep(state, event, next);
    if (found !== undefined) wrong.push(`page ${page}: ${found}`);
  }
}

type Draw = readonly [what: number, client: number, page: number, lock: number];

function act(world: World, places: number[], [what, client, page, lock]: Draw): void {
  const task = world.pagers[0];
  const at = places[client] + page;
  switch (what) {
    case 0:
      touch(world, client, at);
      return;
    case 1:
      put(world, client, at, 1);
      return;
    case 2: {
      const memory = sendOff(emmiIn(world), task, [stamped(9, 1)]);
      const how = supplyOf({ length: 1, lock, isPrecious: false, wantsReply: false });
      say(world, task, OP.memoryObjectDataSupply, [0, page, memory, how]);
      return;
    }
    case 3:
      say(world, task, OP.memoryObjectDataUnavailable, [0, page, 1]);
      return;
    case 4:
      say(world, task, OP.memoryObjectDataError, [0, page, 1, 7]);
      return;
    case 5: {
      const returns = client === 0 ? 'changed' : 'none';
      const order = { returns, flush: page === 0, lock, wantsReply: false } as const;
      say(world, task, OP.memoryObjectLockRequest, [0, page, 2, lockOrder(order)]);
      return;
    }
    case 6: {
      const { vm } = emmiIn(world);
      const { queue } = vm.state.resident;
      for (let one = 0; one < queue.length; one++) if (queue[one] >= 2) pageOut(vm, one);
      touch(world, 0, 2 ** 20);
      return;
    }
    default:
      pass(world, 3 * MS);
  }
}

const draws = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 7 }),
    fc.integer({ min: 0, max: 1 }),
    fc.integer({ min: 0, max: PAGES - 1 }),
    fc.integer({ min: 0, max: 3 }),
  ),
  { maxLength: 60, size: 'max' },
);

test('[EMMI13] whatever tasks and pager do, a page goes from state to state by the table', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(draws, (actions) => {
      const wrong: string[] = [];
      const world = createWorld({
        pagers: [spokenFor],
        pages: PAGES,
        emmi: { patienceNs: 2 * MS },
      });
      const places = [0, 1].map((client) => mapObject(world, client, 0, PAGES) as number);
      watch(world, seen, wrong);
      for (const action of actions) {
        const before = statesOf(world);
        act(world, places, action);
        // What a program's own write does, no message does.
        if (action[0] === 1 && stateText(before[action[2]]) === '<-,w,n>')
          compare([before[action[2]]], 'write', [statesOf(world)[action[2]]], seen, wrong);
      }
      pass(world, 10 * MS);
      expect(wrong).toEqual([]);
      expect([emmiIn(world).state.waits, emmiIn(world).state.requests]).toEqual([[], []]);
      expect(checkVm(emmiIn(world).vm)).toBeUndefined();
    }),
    { numRuns: 150, seed: 5 },
  );
  // All kinds of changes have been seen.
  for (const change of [
    'empty fault wait-r',
    'empty fault wait-w',
    'wait-r supply <-,w,n>',
    'wait-w supply <-,r,w>',
    'wait-r supply <-,n,r>',
    'wait-r error empty',
    'wait-w silence empty',
    'wait-r unavailable <-,w,n>',
    '<-,r,n> fault <-,r,w>',
    '<-,w,n> write <m,w,n>',
  ])
    expect([...seen], change).toContain(change);
});

test('[EMMI13] a change that the table has not is found', () => {
  const page = (isModified: boolean, current: 'n' | 'r' | 'w', wanted: 'n' | 'r' | 'w') =>
    ({ kind: 'page', isModified, current, wanted }) as const;
  const wait = { kind: 'wait', access: 'r' } as const;
  const empty = { kind: 'empty' } as const;
  expect(wrongStep(wait, 'fault', empty)).toBe('wait-r becomes empty by fault');
  expect(wrongStep(page(false, 'r', 'n'), 'fault', page(true, 'r', 'n'))).toBeDefined();
  expect(wrongStep(page(false, 'r', 'n'), 'fault', page(false, 'w', 'n'))).toBeDefined();
  expect(wrongStep(page(true, 'w', 'n'), 'fault', page(false, 'w', 'n'))).toBeDefined();
  expect(wrongStep(wait, 'supply', page(false, 'w', 'r'))).toBe('<-,w,r>: what is wanted is there');
  expect(wrongStep(empty, 'other', page(false, 'w', 'n'))).toBeDefined();
  expect(wrongStep(wait, 'supply', page(false, 'n', 'r'))).toBeUndefined();
});
