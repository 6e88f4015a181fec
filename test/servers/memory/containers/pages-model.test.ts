/**
 * Containers of pages against a naive model: three clients do anything, in any order, and a model of
 * plain objects says what every page holds. After each step contents agree, the books hold, no
 * client is beyond its contract, and whatever a CPU can read is what it was given.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ALLOCATE_ZERO, COPY, MOVE, SHARE } from '../../../../contracts/messages.ts';
import { frameAt } from '../../../../nucleus/capabilities.ts';
import { writeListThrough } from '../../../../nucleus/dma-lists.ts';
import { relocateRun } from '../../../../servers/memory/containers/relocation.ts';
import { stamped } from '../../../../sim-hw/contents.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  type Heard,
  hand,
  hashDesk,
  say,
  tableOf,
  take,
  takeHeard,
} from '../../../support/desk.ts';
import {
  containerOf,
  contents,
  entrust,
  fill,
  frameOf,
  load,
  open,
  portTo,
  store,
  transfer,
} from '../../../support/pages.ts';

const CLIENTS = [FIRST, FIRST + 1, FIRST + 2];
const PAGES = 4;
const VIRTUAL = 6;
/** Of the second all is used from the beginning: it can pay for nothing that others leave it. */
const CONTRACTS = [
  [6, 2],
  [5, 0],
  [6, 1],
];

/** What a page holds; truly shared cells have one of these in common. */
interface Content {
  value: number;
}

/** A container: by index its contents, or null. */
interface Box {
  readonly owner: number;
  own: number;
  /** Weak capabilities: by client. */
  weak: Map<number, number>;
  cells: (Content | null)[];
}

interface World {
  readonly desk: Desk;
  readonly boxes: Box[];
  /** Client's page -> the cell it was mapped from. */
  readonly mapped: Map<string, { box: Box; index: number; content: Content }>;
  /** Values that a client has been able to read. */
  readonly known: Map<number, Set<number>>;
  next: number;
  /** By kind of step: how often it was served; and pages lost. */
  readonly served: Map<number | 'lost', number>;
}

interface Step {
  readonly kind: number;
  readonly who: number;
  readonly box: number;
  readonly other: number;
  readonly index: number;
  readonly into: number;
  readonly count: number;
  readonly flags: number;
}

/** Whose contract each lives on: its own, or the first two on one child of the third's. */
type Tree = 'own' | 'child';

function createWorld(claims: 'first' | 'rotate', tree: Tree, served: World['served']): World {
  const desk = createDesk({ frames: 19, clients: 3, pages: VIRTUAL, claims });
  const boxes: Box[] = [];
  if (tree === 'child') shareContract(desk);
  for (const [i, client] of CLIENTS.entries()) {
    if (tree === 'own')
      say(desk, client, 'contract', [...(CONTRACTS[i] as [number, number]), 0, 0]);
    for (const extras of [1, 0]) {
      const own = open(desk, client, { pages: PAGES, extras, lockMax: 50 });
      fill(desk, client, own, 0, 2 + extras, ALLOCATE_ZERO);
      const cells = Array.from({ length: PAGES }, (_, at) =>
        at < 2 + extras ? { value: 0 } : null,
      );
      boxes.push({ owner: client, own, weak: new Map(), cells });
    }
  }
  for (const box of boxes)
    for (const client of CLIENTS)
      if (client !== box.owner && boxes.indexOf(box) % 2 === 0)
        box.weak.set(client, entrust(desk, box.owner, box.own, client));
  const known = new Map(CLIENTS.map((client) => [client, new Set([0])]));
  return { desk, boxes, mapped: new Map(), known, next: 1, served };
}

/** The same frames in all: what the first two would have is one child contract, drawn on by both. */
function shareContract(desk: Desk): void {
  const [one, two, root] = CLIENTS as [number, number, number];
  say(desk, root, 'contract', [17, 3, 0, 0]);
  const control = say(desk, root, 'splitContract', [11, 2, -1, 1, 0])[0]?.[2] as number;
  const copy = say(desk, root, 'copyControl', [control, 1])[0]?.[2] as number;
  for (const [client, slot] of [
    [one, control],
    [two, copy],
  ] as const) {
    hand(desk, root, 'controlIs', slot, 0, 0, portTo(desk, root, client));
    const got = takeHeard(desk, client).find(([name]) => name.startsWith('controlIs'));
    expect(say(desk, client, 'useControl', [got?.[1] as number, 1])[0]?.[0]).toBe('contractIs');
  }
}

/** The capability by which `client` reaches the box, or one that names nothing. */
function reach(box: Box, client: number): number {
  return client === box.owner ? box.own : (box.weak.get(client) ?? 60);
}

function isDone(heard: Heard[]): boolean {
  return heard.some(([name]) => name !== 'refused' && name !== 'pageLost');
}

function step(world: World, { kind, who, box, other, index, into, count, flags }: Step): void {
  const { desk, boxes } = world;
  const client = CLIENTS[who] as number;
  const a = boxes[box] as Box;
  const b = boxes[other] as Box;
  // Hashing takes longer than all the rest.
  const hashed = flags % 8 === 1;
  const before = hashed ? hashDesk(desk) : '';
  let heard: Heard[] = [];
  let lists = false;
  if (kind === 0) {
    heard = say(desk, client, 'allocatePages', [reach(a, client), index, count, flags]);
    const done = heard.find(([name]) => name === 'pagesDone')?.[3] ?? 0;
    for (let i = index; i < index + done; i++) {
      const value = contents(desk, a.owner, a.own, i);
      // What was left in it is the client's own, or nothing.
      expect(world.known.get(a.owner)?.has(value), `leftover ${value}`).toBe(true);
      if ((flags & 4) !== 0) expect(value).toBe(0);
      a.cells[i] = { value };
    }
  } else if (kind === 1) {
    heard = say(desk, client, 'deallocatePages', [reach(a, client), index, count]);
    if (isDone(heard)) a.cells.fill(null, index, index + count);
  } else if (kind <= 4) {
    const how = [COPY, MOVE, SHARE][kind - 2] as number;
    lists = true;
    const from = [reach(a, client), index, count];
    heard = transfer(desk, client, from, [reach(b, client), into, count], how);
    if (isDone(heard)) {
      const moved = a.cells.slice(index, index + count);
      for (let i = 0; i < count; i++) {
        const content = moved[i] as Content;
        if (how === MOVE) a.cells[index + i] = null;
        b.cells[into + i] = how === COPY ? { ...content } : content;
      }
    }
  } else if (kind <= 6) {
    const access = kind === 5 ? flags % 3 : 2;
    const page = (into + count) % VIRTUAL;
    heard = say(desk, client, 'mapPage', [reach(a, client), index, page, access]);
    const answer = heard.find(([name]) => name === 'pageMapped');
    if (answer !== undefined) {
      const content = a.cells[index] as Content;
      world.mapped.set(`${client} ${page}`, { box: a, index, content });
      if (access === 2) expect(answer[4]).toBe(1);
      if (answer[4] === 1) {
        expect(store(desk, client, page, world.next)).toBe(true);
        content.value = world.next++;
      } else expect(store(desk, client, page, 7)).toBe(false);
    }
  } else if (kind === 7) {
    const name = flags % 2 === 0 ? 'releaseData' : 'orphanData';
    heard = say(desk, client, name, [reach(a, client), index, count]);
    if (isDone(heard))
      for (let i = index; i < index + count; i++) {
        const value = contents(desk, a.owner, a.own, i);
        const content = a.cells[i];
        if (content === null || content === undefined) continue;
        if (name === 'orphanData') expect(value).toBe(0);
        else expect([0, content.value]).toContain(value);
        content.value = value;
      }
  } else if (kind === 8) heard = say(desk, client, 'unmapPages', [reach(a, client)]);
  else if (kind === 9 && a.owner === client) {
    const [slot] = take(desk, client, 1);
    if (slot === undefined) return;
    heard = say(desk, client, 'putRuns', [a.own, index, slot, 1]);
    if (isDone(heard)) {
      const value = contents(desk, a.owner, a.own, index);
      expect(world.known.get(client)?.has(value), `put ${value}`).toBe(true);
      a.cells[index] = { value };
      serve(world, kind);
    } else say(desk, client, 'returnFrames', [slot]);
    return;
  } else if (kind === 10) {
    heard = say(desk, client, 'takeOut', [reach(a, client), index, 1]);
    const slot = heard.find(([name]) => name === 'granted')?.[2];
    if (slot !== undefined) {
      serve(world, kind);
      a.cells[index] = null;
      say(desk, client, 'returnFrames', [slot]);
      return;
    }
  } else if (kind === 11 && a.owner === client) {
    if (say(desk, client, 'cancelContainer', [a.own]).length > 0) return;
    say(desk, client, 'sealContainer', [a.own, 1, 50]);
    for (const user of a.weak.keys()) a.weak.set(user, entrust(desk, client, a.own, user));
    return;
  }
  if (kind === 14) {
    // A lock by whoever has the weak capability; its device writes where the lock lets it.
    heard = say(desk, client, 'lockPages', [reach(a, client), flags % 8, 1, 40]);
    const window = heard.find(([name]) => name === 'locked')?.[2] ?? -1;
    const stamp = stamped(world.next, 0);
    if (writeListThrough(desk.kernel, client, window, index, stamp))
      (a.cells[index] as Content).value = world.next++;
  }
  if (kind === 15) {
    heard = say(desk, client, 'unlockContainer', [reach(a, client)]);
    if (heard.length === 0) serve(world, kind);
  }
  if (kind === 13) {
    // The CPU writes wherever it still may, without asking.
    const at = world.mapped.get(`${client} ${into}`);
    if (!store(desk, client, into, world.next)) return;
    (at?.content as Content).value = world.next++;
    return serve(world, kind);
  }
  if (kind === 12) {
    // Uses its contract up with frames in no container, or gives all those back.
    if (flags % 3 > 0) take(desk, client, 8);
    const { slots } = tableOf(desk, client);
    for (let slot = 0; slot < slots && flags % 3 === 0; slot++)
      if (frameAt(tableOf(desk, client), slot) >= 0) say(desk, client, 'returnFrames', [slot]);
    return serve(world, kind);
  }
  if (isDone(heard) || kind === 8 || kind === 11) serve(world, kind);
  const refused = heard.length === 1 && heard[0]?.[0] === 'refused';
  if (refused && hashed && !lists) expect(hashDesk(desk)).toBe(before);
  for (const message of heard) if (message[0] === 'pageLost') lose(world, client, message);
}

function serve({ served }: World, what: number | 'lost'): void {
  served.set(what, (served.get(what) ?? 0) + 1);
}

function lose(world: World, client: number, [, own, index, count]: Heard): void {
  const box = world.boxes.find((one) => one.owner === client && one.own === own) as Box;
  serve(world, 'lost');
  for (let i = index as number; i < (index as number) + (count as number); i++) {
    const content = box.cells[i];
    if (content && frameOf(world.desk, client, box.own, i) < 0) content.value = 0;
  }
}

function check(world: World): void {
  const { desk, boxes, known, mapped } = world;
  for (const client of CLIENTS)
    for (const message of takeHeard(desk, client))
      if (message[0] === 'pageLost') lose(world, client, message);
  expect(checkBooks(desk)).toBeUndefined();
  for (const client of CLIENTS) {
    const { held = 0, guaranteed = 0, extra = 0 } = desk.server.clients[client] ?? {};
    expect(held).toBeLessThanOrEqual(guaranteed + extra);
  }
  for (const { owner, own, cells, weak } of boxes) {
    const there = containerOf(desk, owner, own).cells;
    for (const [index, content] of cells.entries()) {
      expect((there[index] as number) >= 0).toBe(content !== null);
      if (content === null) continue;
      expect(contents(desk, owner, own, index)).toBe(content.value);
      known.get(owner)?.add(content.value);
      for (const user of weak.keys()) known.get(user)?.add(content.value);
    }
  }
  for (const client of CLIENTS)
    for (let page = 0; page < VIRTUAL; page++) {
      const value = load(desk, client, page);
      if (value === undefined) continue;
      const { box, index, content } = mapped.get(`${client} ${page}`) as NonNullable<
        ReturnType<typeof mapped.get>
      >;
      // A mapping outlives neither its cell nor what the cell held.
      expect(box.cells[index]).toBe(content);
      expect(value).toBe(content.value);
    }
}

/** Steps that share are the more likely ones. */
const KINDS = [
  0, 0, 1, 2, 2, 2, 2, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6, 6, 7, 8, 9, 10, 11, 12, 12, 13, 13, 13, 14,
  14, 15,
];

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom(...KINDS),
    who: fc.nat(2),
    box: fc.nat(5),
    other: fc.nat(5),
    index: fc.nat(PAGES - 1),
    into: fc.nat(PAGES - 1),
    count: fc.constantFrom(1, 1, 1, 2, 3),
    flags: fc.nat(31),
  }),
  { minLength: 20, maxLength: 60 },
);

test.each([
  ['first', 'own', 401],
  ['rotate', 'own', 402],
  ['first', 'child', 403],
  ['rotate', 'child', 404],
] as const)(
  '[CONT20] [CONT24] [CONT27] [CONT28] [CONT32] [CONT33] random steps against a model, claims %s, contracts %s',
  (claims, tree, seed) => {
    const served: World['served'] = new Map();
    fc.assert(
      fc.property(steps, (list) => {
        const world = createWorld(claims, tree, served);
        for (const one of list) {
          // Most often the box is the sender's own, or nothing would come about.
          let box = one.flags % 4 === 0 ? one.box : one.who * 2 + (one.box % 2);
          if (one.kind >= 14) box = ((one.who + 1 + (one.box % 2)) % 3) * 2;
          step(world, { ...one, box });
          // The server moves frames and time passes; nobody's contents change for that.
          const { kernel, server } = world.desk;
          if (one.flags % 3 === 1) relocateRun(kernel, server, one.flags % 19, 0, one.into * 4);
          if (one.flags % 3 === 2) advance(world.desk, 10);
          check(world);
        }
      }),
      { seed, numRuns: 60 },
    );
    // Every kind of step has been served, or the test would say little.
    served.delete('lost');
    expect(served.size).toBe(16);
  },
  60_000,
);
