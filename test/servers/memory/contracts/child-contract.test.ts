/**
 * The tree of accounts against a naive model: a list of what was split off what, with counts of
 * capabilities by task. Everything that the server draws and covers is one sum there.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CapabilityTable, CONTROL } from '../../../../nucleus/capabilities.ts';
import { deliverAll } from '../../../../nucleus/ipc.ts';
import { givePort } from '../../../../nucleus/kernel.ts';
import { killTask } from '../../../../nucleus/life.ts';
import { isOver } from '../../../../nucleus/tasks.ts';
import { checkChildren } from '../../../../servers/memory/contracts/child-check.ts';
import { resolveControl } from '../../../../servers/memory/contracts/child-contract.ts';
import type { Client } from '../../../../servers/memory/state.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  hand,
  hashDesk,
  say,
  tableOf,
  takeHeard,
} from '../../../support/desk.ts';

const CLIENTS = 4;
const FRAMES = 24;
const OWN = -1;

interface Node {
  parent: number;
  root: number;
  guaranteed: number;
  extra: number;
  /** Capabilities of each client. */
  readonly held: number[];
  live: boolean;
}

interface Model {
  /** Own part of each client; null: it has no contract of its own in force. */
  readonly own: ({ guaranteed: number; extra: number } | null)[];
  readonly nodes: Node[];
  /** The node each client draws on, or OWN. */
  readonly uses: number[];
}

function needs(desk: Desk, model: Model, node: number): number {
  let sum = 0;
  for (let client = 0; client < CLIENTS; client++)
    if (model.uses[client] === node) {
      const { held, waitingOrder } = desk.server.clients[FIRST + client] as Client;
      sum += held + (waitingOrder < 0 ? 0 : 2 ** waitingOrder);
    }
  return sum;
}

function idleOf(desk: Desk, model: Model, id: number): [guaranteed: number, extra: number] {
  const { guaranteed, extra } = model.nodes[id] as Node;
  const need = needs(desk, model, id);
  return [Math.max(0, guaranteed - need), extra - Math.max(0, need - guaranteed)];
}

function end(model: Model, id: number): void {
  const node = model.nodes[id] as Node;
  for (const [below, { parent, live }] of model.nodes.entries())
    if (live && parent === id) end(model, below);
  node.live = false;
  for (const [client, used] of model.uses.entries()) if (used === id) model.uses[client] = OWN;
  const above = node.parent === OWN ? model.own[node.root] : model.nodes[node.parent];
  if (!above) return;
  above.guaranteed += node.guaranteed;
  above.extra += node.extra;
}

/** Ends what nobody holds, uses or has split, until there is no such node. */
function close(model: Model): void {
  for (let again = true; again; ) {
    again = false;
    for (const [id, node] of model.nodes.entries()) {
      if (!node.live || node.held.some((count) => count > 0)) continue;
      if (model.uses.includes(id)) continue;
      if (model.nodes.some(({ live, parent }) => live && parent === id)) continue;
      end(model, id);
      again = true;
    }
  }
}

/** What a death does; deaths are read off the kernel, since a penalty may be one. */
function bury(desk: Desk, model: Model): void {
  for (let client = 0; client < CLIENTS; client++) {
    const task = desk.kernel.state.tasks[FIRST + client];
    if (task === undefined || !isOver(task)) continue;
    for (const [id, { live, parent, root }] of model.nodes.entries())
      if (live && parent === OWN && root === client) end(model, id);
    model.own[client] = null;
    model.uses[client] = OWN;
    for (const node of model.nodes) node.held[client] = 0;
  }
  close(model);
}

/** Node ids by server id: a server's place is used again, a node's number never. */
function compare(desk: Desk, model: Model, places: readonly number[]): void {
  const { server } = desk;
  expect(checkBooks(desk)).toBeUndefined();
  const alive = model.nodes.flatMap(({ live }, id) => (live ? [id] : []));
  expect(server.children.records.filter(({ live }) => live)).toHaveLength(alive.length);
  let sum = 0;
  for (const id of alive) {
    const node = model.nodes[id] as Node;
    const child = server.children.records[places[id] as number];
    const [idle, idleExtra] = idleOf(desk, model, id);
    expect(child).toMatchObject({
      live: true,
      guaranteed: node.guaranteed,
      extra: node.extra,
      idle,
      idleExtra,
      capabilities: node.held.reduce((all, count) => all + count, 0),
    });
    sum += node.guaranteed;
  }
  for (const [client, own] of model.own.entries()) {
    const record = server.clients[FIRST + client];
    if (own === null) continue;
    expect(record).toMatchObject({ guaranteed: own.guaranteed, extra: own.extra });
    sum += own.guaranteed;
  }
  expect(server.ledger.guaranteedSum).toBe(sum);
  expect(sum).toBeLessThanOrEqual(FRAMES);
}

/** A slot of the client's table with a live control in it, the `pick`th, or one with none. */
function controlOf(desk: Desk, client: number, pick: number): number {
  const table = tableOf(desk, FIRST + client);
  const slots: number[] = [];
  for (let slot = 0; slot < table.kind.length; slot++)
    if (resolveControl(desk.server, table, slot) !== null) slots.push(slot);
  return slots[pick % Math.max(1, slots.length)] ?? 63;
}

interface Step {
  client: number;
  what: string;
  a: number;
  b: number;
  other: number;
}

/** One step on desk and model; what the model says must happen is compared with the answer. */
function perform(desk: Desk, model: Model, places: number[], ports: number[][], step: Step): void {
  const { client, what, a, b, other } = step;
  const id = FIRST + client;
  const record = () => desk.server.clients[id] as Client;
  if (isOver(desk.kernel.state.tasks[id] as never)) return;
  const table = tableOf(desk, id) as CapabilityTable;
  const slot = controlOf(desk, client, b);
  const named =
    table.kind[slot] === CONTROL ? places.lastIndexOf(table.object[slot] as number) : -1;
  const node = model.nodes[named];
  const own = model.own[client];
  const waits = record() !== undefined && record()?.waitingOrder >= 0;
  switch (what) {
    case 'contract': {
      if ((own ? a < own.guaranteed : client > 1) && other > 0) return;
      if (own && a < own.guaranteed) return;
      const others = desk.server.ledger.guaranteedSum - (own?.guaranteed ?? 0);
      const yes = say(desk, id, what, [a, b, 0, 1]).some(([name]) => name === 'contractIs');
      expect(yes).toBe(others + a <= FRAMES);
      if (!yes) return;
      model.uses[client] = OWN;
      model.own[client] = { guaranteed: a, extra: b };
      return close(model);
    }
    case 'split': {
      const fromOwn = other % 2 === 0;
      const b = step.b >> 1;
      const answer = say(desk, id, 'splitContract', [a, b, fromOwn ? OWN : slot, 1, 0]);
      const yes = answer.some(([name]) => name === 'controlIs');
      let room = false;
      if (fromOwn && own) {
        const need = record().held + (waits ? 2 ** record().waitingOrder : 0);
        const before = yes ? own.guaranteed : record().guaranteed;
        room = a === 0 || need + a <= before;
        room &&= b === 0 || b <= own.extra - Math.max(0, need - before);
      } else if (!fromOwn && node !== undefined) {
        const [idle, idleExtra] = idleOf(desk, model, named);
        room = a <= idle && b <= idleExtra;
      }
      expect(yes, JSON.stringify(answer)).toBe(room);
      if (!yes) return;
      const from = fromOwn ? (own as Node) : (node as Node);
      from.guaranteed -= a;
      from.extra -= b;
      const got = answer.find(([name]) => name === 'controlIs')?.[2] as number;
      places.push(table.object[got] as number);
      const held = Array.from({ length: CLIENTS }, (_, i) => (i === client ? 1 : 0));
      const root = fromOwn ? client : (node as Node).root;
      const parent = fromOwn ? OWN : named;
      model.nodes.push({ parent, root, guaranteed: a, extra: b, held, live: true });
      return;
    }
    case 'copy': {
      const yes = say(desk, id, 'copyControl', [slot, 1]).some(([name]) => name === 'controlIs');
      expect(yes).toBe(node !== undefined);
      if (node !== undefined) (node.held[client] as number)++;
      return;
    }
    case 'hand': {
      const port = (ports[client] as number[])[other] as number;
      const went = hand(desk, id, 'controlIs', slot, 0, 0, port);
      if (!went || node === undefined) return;
      (node.held[client] as number)--;
      (node.held[other] as number)++;
      return;
    }
    case 'use': {
      const held = record()?.held ?? 0;
      const [idle, idleExtra] = node === undefined ? [0, 0] : idleOf(desk, model, named);
      const answer = say(desk, id, 'useControl', [slot, 1]);
      const yes = answer.some(([name, tag]) => name === 'contractIs' && tag === 1);
      const empty = own === null || (own?.guaranteed === 0 && own.extra === 0);
      const childless = !model.nodes.some((n) => n.live && n.parent === OWN && n.root === client);
      const same = model.uses[client] === named;
      const free = model.uses[client] !== OWN || (empty && childless);
      const room = same || held <= idle + idleExtra;
      expect(yes).toBe(node !== undefined && !waits && free && room);
      if (!yes) return;
      model.uses[client] = named;
      model.own[client] = null;
      return close(model);
    }
    case 'fold': {
      const answer = say(desk, id, 'foldContract', [slot, 1]);
      expect(answer.some(([name, tag]) => name === 'contractIs' && tag === 1)).toBe(
        node !== undefined,
      );
      if (node === undefined) return;
      end(model, named);
      return close(model);
    }
    case 'resize': {
      const mine =
        node !== undefined &&
        (node.parent === OWN
          ? node.root === client
          : ((model.nodes[node.parent] as Node).held[client] as number) > 0);
      const answer = say(desk, id, 'resizeContract', [slot, a, b, 1]);
      const yes = answer.some(([name]) => name === 'controlIs');
      if (!mine) return expect(yes).toBe(false);
      if (!yes || node === undefined) return;
      const above = node.parent === OWN ? model.own[client] : model.nodes[node.parent];
      if (above) {
        above.guaranteed -= a - node.guaranteed;
        above.extra -= b - node.extra;
      }
      node.guaranteed = a;
      node.extra = b;
      return;
    }
    case 'share': {
      const last = { ...step, client: other, what: 'use', b: 0 };
      perform(desk, model, places, ports, { ...step, what: 'copy' });
      perform(desk, model, places, ports, { ...step, what: 'hand' });
      bury(desk, model);
      for (let slot = 0; slot < 64; slot++)
        if (resolveControl(desk.server, tableOf(desk, FIRST + other), slot) !== null) last.b++;
      return perform(desk, model, places, ports, { ...last, b: Math.max(0, last.b - 1) });
    }
    case 'allocate':
      say(desk, id, what, [b === 3 ? 1 : 0, 0, 0]);
      return;
    case 'returnFrames':
      say(desk, id, what, [a]);
      return;
    case 'kill':
      if (a < 3 || other > 0) return;
      killTask(desk.kernel, id);
      return deliverAll(desk.kernel);
    default:
      return advance(desk, a * 30);
  }
}

const step = fc.record({
  client: fc.nat(CLIENTS - 1),
  what: fc.constantFrom(
    ...['contract', 'split', 'split', 'split', 'copy', 'hand', 'use', 'share', 'share'],
    ...['fold', 'resize', 'allocate', 'allocate', 'allocate', 'returnFrames', 'wait', 'kill'],
  ),
  a: fc.nat(4),
  b: fc.nat(4),
  other: fc.nat(CLIENTS - 1),
});

test('[CON11] [CON14] [CON15] [CON18] [CON19] whatever is split, moved, used, folded or dies, the tree is the naive one', () => {
  const penalty = fc.constantFrom('none', 'repossess', 'kill');
  let splits = 0;
  let deep = 0;
  let shared = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 40, maxLength: 80 }), penalty, (steps, how) => {
      const desk = createDesk({ clients: CLIENTS, frames: FRAMES, terms: { penalty: how } });
      const ports = Array.from({ length: CLIENTS }, (_, from) =>
        Array.from({ length: CLIENTS }, (_, to) => givePort(desk.kernel, FIRST + from, FIRST + to)),
      );
      const model: Model = {
        own: Array.from({ length: CLIENTS }, () => null),
        nodes: [],
        uses: Array.from({ length: CLIENTS }, () => OWN),
      };
      const places: number[] = [];
      for (const client of [0, 1]) {
        say(desk, FIRST + client, 'contract', [11, 5, 0, 0]);
        model.own[client] = { guaranteed: 11, extra: 5 };
      }
      for (const one of steps) {
        perform(desk, model, places, ports, one);
        bury(desk, model);
        compare(desk, model, places);
        for (let client = 0; client < CLIENTS; client++) takeHeard(desk, FIRST + client);
        if (model.uses.some((used, at) => used !== OWN && model.uses.indexOf(used) < at)) shared++;
      }
      splits += model.nodes.length;
      deep += model.nodes.filter(({ parent }) => parent !== OWN).length;
      // Everybody dies: nothing is left, of frames or of guarantees.
      for (let client = 0; client < CLIENTS; client++) killTask(desk.kernel, FIRST + client);
      deliverAll(desk.kernel);
      advance(desk, 10_000);
      const empty = { guaranteedSum: 0, idleSum: 0, heldSum: 0 };
      expect(desk.server.ledger).toMatchObject(empty);
      expect(desk.server.children.records.some(({ live }) => live)).toBe(false);
    }),
    { seed: 106, numRuns: 100 },
  );
  // The property has seen what it is about.
  expect(splits).toBeGreaterThan(150);
  expect(deep).toBeGreaterThan(15);
  expect(shared).toBeGreaterThan(15);
});

test('[CON11] the check of the books finds what is wrong, and the hash sees each move', () => {
  const desk = createDesk({ frames: 16 });
  say(desk, FIRST, 'contract', [10, 4, 0, 0]);
  const before = hashDesk(desk);
  say(desk, FIRST, 'splitContract', [4, 2, OWN, 1, 0]);
  expect(hashDesk(desk)).not.toBe(before);
  const child = desk.server.children.records[0] as { idle: number; idleExtra: number };
  child.idle++;
  expect(checkChildren(desk.server)).toContain('not the whole');
  child.idle--;
  child.idleExtra--;
  expect(checkChildren(desk.server)).toContain('extras');
  child.idleExtra++;
  desk.server.ledger.idleSum++;
  expect(checkChildren(desk.server)).toContain('idle guarantees');
  expect(checkBooks(desk)).toBeDefined();
});
