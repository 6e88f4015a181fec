import { expect, test } from 'vitest';
import { OP } from '../../../../contracts/messages.ts';
import {
  IN_USE,
  LOCKED_NOW,
  NO_PLACE,
  NO_SUCH_CONTAINER,
  NO_SUCH_SLOT,
  TOO_LONG,
} from '../../../../contracts/refusals.ts';
import { frameAt } from '../../../../nucleus/capabilities.ts';
import { readThrough, writeThrough } from '../../../../nucleus/dma.ts';
import { deliverAll } from '../../../../nucleus/ipc.ts';
import { givePort } from '../../../../nucleus/kernel.ts';
import { killTask } from '../../../../nucleus/life.ts';
import { map, zero } from '../../../../nucleus/memory-map.ts';
import { stamped } from '../../../../sim-hw/contents.ts';
import {
  advance,
  createDesk,
  type Desk,
  type DeskOptions,
  FIRST,
  hand,
  say,
  settleIn,
  tableOf,
  takeHeard,
} from '../../../support/desk.ts';

const SECOND = FIRST + 1;
const LOCK_MAX = 500;

/**
 * Client 1 has a container around its slot 0; client 2 stands in for a server and gets the weak
 * capability through a port of client 1's.
 */
function handed(options: DeskOptions = {}, once = 0): { desk: Desk; own: number; weak: number } {
  const desk = createDesk(options);
  settleIn(desk, FIRST, 4, 0, 2);
  const port = givePort(desk.kernel, FIRST, SECOND);
  const [answer] = say(desk, FIRST, 'createContainer', [0, LOCK_MAX, 1, 7, once]);
  expect(answer?.slice(0, 2)).toEqual(['containerIs', 7]);
  const [, , own, mine] = answer as unknown as [string, number, number, number];
  expect(hand(desk, FIRST, 'store', mine, 0, 0, port)).toBe(true);
  const weak = takeHeard(desk, SECOND)[0]?.[1] as number;
  return { desk, own, weak };
}

function lock(desk: Desk, weak: number, duration = 100, unmap = 0) {
  return say(desk, SECOND, 'lockContainer', [weak, duration, unmap, 3])[0];
}

test('[CONT1] a container is made of one slot of the own table, and of a slot once', () => {
  const desk = createDesk();
  settleIn(desk, FIRST, 2, 0, 1);
  const refused = (reason: number) => [['refused', 7, reason, OP.createContainer, 0, 0]];
  expect(say(desk, FIRST, 'createContainer', [1, 9, 0, 7])).toEqual(refused(NO_SUCH_SLOT));
  expect(say(desk, SECOND, 'createContainer', [0, 9, 0, 7])).toEqual(refused(NO_SUCH_SLOT));
  const [made] = say(desk, FIRST, 'createContainer', [0, 9, 0, 7]);
  expect([made?.[0], made?.[3]]).toEqual(['containerIs', -1]);
  expect(say(desk, FIRST, 'createContainer', [0, 9, 0, 7])).toEqual(refused(IN_USE));
  // Held and counted as before: a container is no way around the contract.
  expect(desk.server.clients[FIRST]?.held).toBe(1);
});

test('[CONT2] a weak capability locks and unlocks, and can neither share nor cancel', () => {
  const { desk, weak } = handed();
  const no = (op: number) => ['refused', weak, NO_SUCH_CONTAINER, op, 0, 0];
  expect(say(desk, SECOND, 'cancelContainer', [weak])[0]).toEqual(no(OP.cancelContainer));
  expect(say(desk, SECOND, 'shareContainer', [weak, weak])[0]).toEqual(no(OP.shareContainer));
  expect(lock(desk, weak)?.[0]).toBe('locked');
  expect(say(desk, SECOND, 'unlockContainer', [weak])).toEqual([]);
  expect(desk.server.containers.records[0]?.version).toBe(1);
});

test('[CONT2] the owner shares a container that was private', () => {
  const desk = createDesk();
  settleIn(desk, FIRST, 2, 0, 1);
  const own = say(desk, FIRST, 'createContainer', [0, 9, 0, 7])[0]?.[2] as number;
  const [shared] = say(desk, FIRST, 'shareContainer', [own, 4]);
  expect(shared?.slice(0, 3)).toEqual(['containerIs', 4, own]);
  const weak = shared?.[3] as number;
  expect(say(desk, FIRST, 'lockContainer', [weak, 5, 0, 1])[0]?.[0]).toBe('locked');
});

test('[CAP1] a number that names nothing in the own table names nothing', () => {
  const { desk, own } = handed();
  for (const slot of [own, 60, 1023])
    expect(say(desk, SECOND, 'cancelContainer', [slot])[0]?.[2]).toBe(NO_SUCH_CONTAINER);
  expect(say(desk, FIRST, 'lockContainer', [own, 5, 0, 1])[0]?.[2]).toBe(NO_SUCH_CONTAINER);
});

test('[CONT3] a lock longer than the time fixed at creation is refused', () => {
  const { desk, weak } = handed();
  const refused = ['refused', 3, TOO_LONG, OP.lockContainer, 0, 0];
  expect(lock(desk, weak, LOCK_MAX + 1)).toEqual(refused);
  expect(lock(desk, weak, LOCK_MAX)).toEqual(['locked', 3, 0, 0, 1, 0]);
  expect(lock(desk, weak)?.[2]).toBe(LOCKED_NOW);
});

test('[CONT4] a lock ends at its time limit, whatever its holder does', () => {
  const { desk, own, weak } = handed();
  lock(desk, weak, 100);
  advance(desk, 99);
  expect(say(desk, FIRST, 'cancelContainer', [own])[0]?.[2]).toBe(LOCKED_NOW);
  advance(desk, 1);
  expect(desk.events.at(-1)).toMatchObject({ kind: 'lockExpired', task: 'client0' });
  expect(say(desk, SECOND, 'unlockContainer', [weak])[0]?.[2]).toBe(NO_SUCH_CONTAINER);
  expect(say(desk, FIRST, 'cancelContainer', [own])).toEqual([]);
});

test('[CONT4] of several locks each ends at its own time', () => {
  const { desk, weak } = handed();
  const port = tableOf(desk, FIRST).object.lastIndexOf(SECOND);
  const other = say(desk, FIRST, 'createContainer', [1, 900, 1, 8])[0]?.[3] as number;
  hand(desk, FIRST, 'store', other, 0, 0, port);
  const second = takeHeard(desk, SECOND)[0]?.[1] as number;
  lock(desk, second, 300);
  lock(desk, weak, 100);
  const open = () => [...desk.kernel.state.windowHolder.subarray(0, 2)];
  expect(open()).toEqual([SECOND, SECOND]);
  advance(desk, 100);
  expect(open()).toEqual([-1, SECOND]);
  advance(desk, 200);
  expect(open()).toEqual([-1, -1]);
});

test('[CONT4] with the rule off a lock stays: the test can fail', () => {
  const { desk, own, weak } = handed({ planted: 'lock-without-end' });
  lock(desk, weak, 100);
  advance(desk, 1000);
  expect(say(desk, FIRST, 'cancelContainer', [own])[0]?.[2]).toBe(LOCKED_NOW);
});

test('[CONT5] each unlock, willing or not, makes a new version, told with the next lock', () => {
  const { desk, weak } = handed();
  expect(lock(desk, weak, 100)?.[3]).toBe(0);
  say(desk, SECOND, 'unlockContainer', [weak]);
  expect(lock(desk, weak, 100)?.[3]).toBe(1);
  advance(desk, 100);
  expect(lock(desk, weak, 100)?.[3]).toBe(2);
});

test('[CONT6] a window is open to the holder of the lock, while it holds it', () => {
  const { desk, weak } = handed();
  const stamp = stamped(9, 4);
  expect(writeThrough(desk.kernel, SECOND, 0, stamp)).toBe(false);
  lock(desk, weak);
  expect(writeThrough(desk.kernel, FIRST, 0, stamp)).toBe(false);
  expect(writeThrough(desk.kernel, SECOND, 0, stamp)).toBe(true);
  const read = stamped(0, 0);
  expect(readThrough(desk.kernel, SECOND, 0, read)).toBe(true);
  expect(read).toEqual(stamp);
  say(desk, SECOND, 'unlockContainer', [weak]);
  expect(readThrough(desk.kernel, SECOND, 0, read)).toBe(false);
});

test('[CONT6] time limit and death of the owner close it, and nothing moves any more', () => {
  for (const end of ['expiry', 'death'] as const) {
    const { desk, weak } = handed();
    lock(desk, weak, 100);
    if (end === 'expiry') advance(desk, 100);
    else {
      killTask(desk.kernel, FIRST);
      deliverAll(desk.kernel);
    }
    const before = desk.kernel.state.frames.stampHigh[0];
    expect(writeThrough(desk.kernel, SECOND, 0, stamped(1, 77))).toBe(false);
    expect(desk.kernel.state.frames.stampHigh[0]).toBe(before);
  }
});

test('[CAP3] [CONT7] cancel kills every capability to the container, also when its place is reused', () => {
  const { desk, own, weak } = handed();
  expect(say(desk, FIRST, 'cancelContainer', [own])).toEqual([]);
  expect(lock(desk, weak)?.[2]).toBe(NO_SUCH_CONTAINER);
  say(desk, FIRST, 'createContainer', [0, LOCK_MAX, 0, 7]);
  expect(lock(desk, weak)?.[2]).toBe(NO_SUCH_CONTAINER);
  expect(say(desk, FIRST, 'returnFrames', [1])).toEqual([]);
});

test('[CONT7] the slot is an ordinary one again', () => {
  const { desk, own } = handed();
  say(desk, FIRST, 'cancelContainer', [own]);
  expect(say(desk, FIRST, 'returnFrames', [0])).toEqual([]);
  expect(desk.server.clients[FIRST]?.held).toBe(1);
});

test('[CONT11] a container made for one lock dissolves with it, however the lock ends', () => {
  for (const end of ['unlock', 'expiry'] as const) {
    const { desk, own, weak } = handed({}, 1);
    const { objects } = tableOf(desk, FIRST);
    lock(desk, weak, 100, 1);
    expect(say(desk, FIRST, 'cancelContainer', [own])[0]?.[2]).toBe(LOCKED_NOW);
    if (end === 'unlock') expect(say(desk, SECOND, 'unlockContainer', [weak])).toEqual([]);
    else advance(desk, 100);
    expect(desk.kernel.state.windowHolder[0]).toBe(-1);
    expect(tableOf(desk, FIRST).objects).toBe(objects - 1);
    expect(say(desk, FIRST, 'cancelContainer', [own])[0]?.[2]).toBe(NO_SUCH_CONTAINER);
    expect(lock(desk, weak)?.[2]).toBe(NO_SUCH_CONTAINER);
    expect(map(desk.kernel, FIRST, FIRST, 2, 0, true)).toBe(true);
    expect(say(desk, FIRST, 'returnFrames', [0])).toEqual([]);
  }
});

test('[CONT11] one that was never locked its owner cancels', () => {
  const { desk, own, weak } = handed({}, 1);
  expect(lock(desk, weak, LOCK_MAX + 1)?.[2]).toBe(TOO_LONG);
  expect(say(desk, FIRST, 'cancelContainer', [own])).toEqual([]);
  expect(say(desk, FIRST, 'returnFrames', [0])).toEqual([]);
});

test('[CONT8] an exclusive lock unmaps, and until it ends the owner can neither map nor zero', () => {
  const { desk, weak } = handed();
  const { kernel } = desk;
  expect(map(kernel, FIRST, FIRST, 2, 0, true)).toBe(true);
  lock(desk, weak, 100, 1);
  const frame = frameAt(tableOf(desk, FIRST), 0);
  expect(kernel.state.frames.mappedBy[frame]).toBe(0);
  expect(map(kernel, FIRST, FIRST, 2, 0, true)).toBe(false);
  expect(zero(kernel, FIRST, 0)).toBe(false);
  say(desk, SECOND, 'unlockContainer', [weak]);
  expect(map(kernel, FIRST, FIRST, 2, 0, true)).toBe(true);
});

test('[CONT9] only the holder of a lock unlocks it', () => {
  const { desk, own, weak } = handed();
  const mine = say(desk, FIRST, 'shareContainer', [own, 1])[0]?.[3] as number;
  lock(desk, weak);
  expect(say(desk, FIRST, 'unlockContainer', [mine])[0]?.[2]).toBe(NO_SUCH_CONTAINER);
  expect(desk.server.containers.records[0]?.status).toBe(3);
});

test('[CONT10] no place in a table: refused, and nothing is left half made', () => {
  const { desk } = handed({ containers: 1 });
  expect(say(desk, FIRST, 'createContainer', [1, 9, 1, 5])[0]?.slice(1, 3)).toEqual([5, NO_PLACE]);
  const roomy = handed({ containers: 64 });
  const table = tableOf(roomy.desk, FIRST);
  while (table.objects < 63) givePort(roomy.desk.kernel, FIRST, SECOND);
  const before = [...table.kind];
  const [no] = say(roomy.desk, FIRST, 'createContainer', [1, 9, 1, 5]);
  expect(no?.slice(1, 3)).toEqual([5, NO_PLACE]);
  expect([...table.kind]).toEqual(before);
  expect(say(roomy.desk, FIRST, 'returnFrames', [1])).toEqual([]);
});

test('[CONT10] one owner has its share of containers and no more: the rest is for others', () => {
  const desk = createDesk({ containers: 4 });
  desk.server.containers.each = 2;
  const slots = settleIn(desk, FIRST, 4, 0, 4);
  const [theirs = -1] = settleIn(desk, FIRST + 1, 4, 0, 1);
  const create = (client: number, slot: number) =>
    say(desk, client, 'createContainer', [slot, 10, 1, 7, 0])[0] as readonly [string, ...number[]];
  const [first] = slots.map((slot) => create(FIRST, slot));
  expect(create(FIRST, slots[2] as number)).toEqual([
    'refused',
    7,
    NO_PLACE,
    OP.createContainer,
    0,
    0,
  ]);
  expect(create(FIRST + 1, theirs)[0]).toBe('containerIs');
  say(desk, FIRST, 'cancelContainer', [first?.[2] as number]);
  expect(create(FIRST, slots[2] as number)[0]).toBe('containerIs');
});
