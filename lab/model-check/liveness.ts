/**
 * Liveness: from every state that can be reached an honest client gets where it wants to be, with
 * nobody's help but the servers' and the clock's. Messages are delivered, deadlines come, devices
 * end, the client itself acts as it may; no other client needs to do anything.
 *
 *   ANSWERED  no call of the client is under way
 *   SERVED    it holds all that its contract guarantees (under penalty none nothing is
 *             promised, and where guarantees do not fit a contract may not be had)
 *   WHOLE     no container keeps it from anything that it holds: whoever had it, or died with it
 *
 * Of a server that is dead nobody is owed an answer.
 *
 * Backward over the explored graph: the states that satisfy a goal, those with a step into them,
 * and so on. What is left over cannot get there.
 */

import { isOver } from '../../nucleus/tasks.ts';
import { NO_FAULT } from '../../paging/state.ts';
import { OTHER } from './deadlines.ts';
import { DEADLINE, DEATH_MOVE, kindOf, moverOf, whatOf } from './moves.ts';
import type { NumberList } from './number-list.ts';
import { hasPages } from './page-script.ts';
import { boxOf, callsUnderWay } from './script.ts';
import { FIRST, SWAP, type World } from './world.ts';

export interface Goal {
  readonly client: number;
  readonly what: 'answered' | 'served' | 'whole';
}

/** What is wanted for each honest client of a world. */
export function goalsOf(world: World): Goal[] {
  const { clients, penalty, frames } = world.plan;
  let most = 0;
  for (const { wishes } of clients) most += Math.max(...wishes.map((wish) => wish.guaranteed));
  return clients.flatMap(({ manner, kind, containers, deeds }, client): Goal[] => {
    if (manner !== 'honest') return [];
    const isServed = penalty !== 'none' && kind === 'script' && most <= frames;
    const goals: Goal[] = [{ client, what: 'answered' }];
    if (isServed && (containers !== 'pages' || deeds.includes('ask')))
      goals.push({ client, what: 'served' });
    if (containers !== 'none') goals.push({ client, what: 'whole' });
    return goals;
  });
}

/** The goals that hold in the present state, a bit each. */
export function goalsMet(world: World, goals: readonly Goal[]): number {
  let met = 0;
  for (let i = 0; i < goals.length; i++) if (isMet(world, goals[i])) met |= 1 << i;
  return met;
}

function isMet(world: World, { client, what }: Goal): boolean {
  if (isOver(world.kernel.state.tasks[FIRST + client])) return true;
  const pager = world.pagers[client];
  // What has to go to swap, or come from there, can go nowhere once that is dead.
  if (pager !== null && isOver(world.kernel.state.tasks[SWAP])) return true;
  if (pager !== null) return pager.members[0].waits === NO_FAULT && !isFaulting(world, client);
  if (what === 'served')
    return world.records[client].held >= world.plan.clients[client].wishes[0].guaranteed;
  if (what === 'whole') return boxOf(world, client) < 0 && !hasPages(world, client);
  return callsUnderWay(world, client) === 0;
}

const READY_STATUS = 1;

function isFaulting(world: World, client: number): boolean {
  return world.kernel.state.tasks[FIRST + client].status !== READY_STATUS;
}

/** The explored graph: the steps of state i are `from[i]` to `from[i + 1]`. */
export interface Graph {
  readonly from: NumberList;
  readonly to: NumberList;
  readonly moves: NumberList;
  /** By state: the goals met in it. */
  readonly met: NumberList;
}

/** The first state (in the order found) from which goal `number` is out of reach, or -1. */
export function firstStuck(graph: Graph, goals: readonly Goal[], number: number): number {
  const states = graph.met.length;
  const { client } = goals[number];
  const incoming = reversed(graph, states, client);
  const reaches = new Uint8Array(states);
  const stack = new Int32Array(states);
  let top = 0;
  for (let state = 0; state < states; state++) {
    if (((graph.met.numbers[state] >> number) & 1) === 0) continue;
    reaches[state] = 1;
    stack[top++] = state;
  }
  while (top > 0) {
    const state = stack[--top];
    for (let at = incoming.start[state]; at < incoming.start[state + 1]; at++) {
      const before = incoming.source[at];
      if (reaches[before] === 1) continue;
      reaches[before] = 1;
      stack[top++] = before;
    }
  }
  return reaches.indexOf(0);
}

/** Steps into each state that need no goodwill of anybody but `client`. */
function reversed(
  { from, to, moves }: Graph,
  states: number,
  client: number,
): { start: Int32Array; source: Int32Array } {
  const start = new Int32Array(states + 2);
  const counts = (move: number) => helps(move, client);
  for (let at = 0; at < to.length; at++) if (counts(moves.numbers[at])) start[to.numbers[at] + 2]++;
  for (let state = 0; state < states; state++) start[state + 2] += start[state + 1];
  const source = new Int32Array(start[states + 1]);
  for (let state = 0; state < states; state++)
    for (let at = from.numbers[state]; at < from.numbers[state + 1]; at++)
      if (counts(moves.numbers[at])) source[start[to.numbers[at] + 1]++] = state;
  return { start, source };
}

/** Whether a step may be counted on by `client`. */
function helps(move: number, client: number): boolean {
  const kind = kindOf(move);
  if (kind === DEATH_MOVE) return false;
  if (kind === DEADLINE && whatOf(move) === OTHER) return true;
  const mover = moverOf(move);
  return mover === -1 || mover === client;
}
