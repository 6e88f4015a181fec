import { expect, test } from 'vitest';
import { OP } from '../../../contracts/messages.ts';
import { BUSY } from '../../../contracts/refusals.ts';
import { deliverAll } from '../../../nucleus/ipc.ts';
import { addTask, givePort } from '../../../nucleus/kernel.ts';
import { openExternalPager } from '../../../servers/swap/external-buffers.ts';
import { externalPagerStep } from '../../../servers/swap/external-pager.ts';
import {
  createExternalPager,
  type ExternalPagerState,
} from '../../../servers/swap/external-pager-state.ts';
import { addExtent } from '../../../servers/swap/store.ts';
import {
  advance,
  checkBooks,
  createDesk,
  DEVICE_NS,
  type Desk,
  FIRST,
  hand,
  MEMORY,
  SWAP,
  say,
  settleIn,
  tableOf,
  take,
  takeHeard,
} from '../../support/desk.ts';

const WORK_NS = 200;
const RETRY_NS = 500;

interface Bench {
  readonly desk: Desk;
  readonly pager: ExternalPagerState;
  readonly port: number;
}

interface Parts {
  readonly reserve: number;
  readonly buffers: number;
  readonly laundry?: number;
  readonly requests?: number;
}

/** Eight frames, five of which client FIRST holds, before an external pager. */
function withPager(parts: Parts): Bench {
  const desk = createDesk({ frames: 8 });
  const { kernel } = desk;
  const pager = createExternalPager({
    id: kernel.state.tasks.length,
    memoryPort: 0,
    swapPort: 1,
    perPage: WORK_NS,
    retryAfter: RETRY_NS,
    requests: parts.requests ?? 8,
    reserve: parts.reserve,
    buffers: parts.buffers,
    laundry: parts.laundry ?? parts.buffers,
  });
  const id = addTask(kernel, 'external', -1, { step: externalPagerStep, state: pager });
  givePort(kernel, id, MEMORY);
  givePort(kernel, id, SWAP);
  addExtent(desk.store, id, 8, 0);
  openExternalPager(kernel, pager);
  deliverAll(kernel);
  settleIn(desk, FIRST, 5, 0, 5);
  return { desk, pager, port: givePort(kernel, FIRST, id) };
}

/** Has FIRST's slot written to `block`. */
function store({ desk, port }: Bench, slot: number, block: number): void {
  const heard = say(desk, FIRST, 'createContainer', [slot, 20_000, 1, block]);
  const weak = heard.find(([name]) => name === 'containerIs')?.[3] as number;
  expect(hand(desk, FIRST, 'store', weak, block, block, port)).toBe(true);
}

const answers = ({ desk }: Bench) =>
  takeHeard(desk, FIRST)
    .filter(([name]) => name === 'swapped')
    .map(([, tag, reason]) => [tag, reason]);

test('[LAST1] its reserve is in hand before anybody asks, and stays', () => {
  const bench = withPager({ reserve: 2, buffers: 3 });
  const { desk, pager } = bench;
  expect(desk.server.clients[pager.id]).toMatchObject({ held: 2, guaranteed: 2, extra: 1 });
  // Nobody else can have them: of eight frames one is free, and that is soon another's.
  settleIn(desk, FIRST + 1, 0, 3, 1);
  expect(say(desk, FIRST + 1, 'allocate', [0, 0, 9])[0]?.[0]).toBe('refused');
  for (const block of [0, 1, 2]) store(bench, block, block);
  advance(desk, WORK_NS + DEVICE_NS);
  expect(answers(bench)).toEqual([
    [0, 0],
    [1, 0],
  ]);
  // The third has waited for one of the two, since there is none to borrow.
  advance(desk, WORK_NS + DEVICE_NS);
  expect(answers(bench)).toEqual([[2, 0]]);
  expect(desk.server.clients[pager.id]?.held).toBe(2);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[LAST1] without a reserve it waits for a frame, and so does who has one to give', () => {
  const bench = withPager({ reserve: 0, buffers: 3 });
  const { desk, pager } = bench;
  settleIn(desk, FIRST + 1, 0, 3, 3);
  store(bench, 0, 0);
  advance(desk, 100 * RETRY_NS);
  expect(answers(bench)).toEqual([]);
  expect(pager.queue).toEqual([0]);
  // Somebody gives a frame back: it borrows that, and returns it.
  say(desk, FIRST + 1, 'returnFrames', [0]);
  advance(desk, RETRY_NS + WORK_NS + 2 * DEVICE_NS);
  expect(answers(bench)).toEqual([[0, 0]]);
  expect(desk.server.clients[pager.id]?.held).toBe(0);
  expect(take(desk, FIRST + 1, 1)).toHaveLength(1);
});

test('[LAST2] pages go in order, as many at a time as there are buffers, and no more than records', () => {
  const bench = withPager({ reserve: 1, buffers: 1, requests: 3 });
  const { desk, pager } = bench;
  for (const block of [0, 1, 2, 3]) store(bench, block, block);
  expect(answers(bench)).toEqual([[3, BUSY]]);
  expect(pager.working).toBe(1);
  for (const block of [0, 1, 2]) {
    advance(desk, WORK_NS + DEVICE_NS);
    expect(answers(bench)).toEqual([[block, 0]]);
  }
  // It keeps nothing that it was handed.
  expect(tableOf(desk, pager.id).objects).toBe(2);
});

test('[LAST4] pages of one client beyond its laundry limit wait for those of another', () => {
  const bench = withPager({ reserve: 2, buffers: 2, laundry: 1 });
  const { desk, pager } = bench;
  for (const block of [0, 1, 2]) store(bench, block, block);
  expect(pager.working).toBe(1);
  expect(pager.queue).toHaveLength(2);
  // Another client's page does not wait for the flood, though it came last.
  settleIn(desk, FIRST + 1, 1, 0, 1);
  const heard = say(desk, FIRST + 1, 'createContainer', [0, 20_000, 1, 7]);
  const weak = heard.find(([name]) => name === 'containerIs')?.[3] as number;
  const port = givePort(desk.kernel, FIRST + 1, pager.id);
  expect(hand(desk, FIRST + 1, 'store', weak, 7, 7, port)).toBe(true);
  expect(pager.working).toBe(2);
  advance(desk, WORK_NS + DEVICE_NS);
  expect(takeHeard(desk, FIRST + 1).map(([name, tag]) => [name, tag])).toEqual([['swapped', 7]]);
  expect(answers(bench)).toEqual([[0, 0]]);
  advance(desk, 2 * (WORK_NS + DEVICE_NS));
  expect(answers(bench)).toEqual([
    [1, 0],
    [2, 0],
  ]);
});

test('[LAST3] nothing that it is sent while it runs changes where it hands pages on to', () => {
  const bench = withPager({ reserve: 2, buffers: 2 });
  const { desk, pager, port } = bench;
  const table = tableOf(desk, pager.id);
  const swapPort = table.object[pager.swapPort];
  const wiring = () => [pager.swapPort, table.object[pager.swapPort], table.kind[pager.swapPort]];
  const before = wiring();
  // Every message there is, with words that name its own ports, by hand and with something along.
  for (const name of Object.keys(OP) as (keyof typeof OP)[]) {
    for (const word of [pager.memoryPort, pager.swapPort, pager.id])
      say(desk, FIRST, name, [word, word, word, word], port);
    const heard = say(desk, FIRST, 'createContainer', [0, 20_000, 1, 0]);
    const made = heard.find(([answer]) => answer === 'containerIs') ?? [];
    hand(desk, FIRST, name, made[3] as number, 0, 0, port);
    advance(desk, 10 * (WORK_NS + DEVICE_NS));
    say(desk, FIRST, 'cancelContainer', [made[2] as number]);
    expect(wiring(), name).toEqual(before);
  }
  expect(swapPort).toBe(SWAP);
  // It still moves pages there.
  takeHeard(desk, FIRST);
  store(bench, 1, 1);
  advance(desk, 10 * (WORK_NS + DEVICE_NS));
  expect(answers(bench)).toEqual([[1, 0]]);
});
