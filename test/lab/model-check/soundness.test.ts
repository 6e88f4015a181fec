/**
 * Soundness of the abstraction: a world with a real clock, real durations and the nucleus's own
 * order of delivery goes only through states that the explorer has found; and what the canonical
 * state leaves out does nothing.
 */

import { expect, test, vi } from 'vitest';
import { createCodec, restore, save } from '../../../lab/model-check/canonical-state.ts';
import { explored } from '../../../lab/model-check/deadlines.ts';
import { explore, worldOf } from '../../../lab/model-check/index.ts';
import {
  DEADLINE,
  DEATH_MOVE,
  DELIVER,
  DEVICE,
  kindOf,
  makeMove,
  possibleMoves,
} from '../../../lab/model-check/moves.ts';
import type { WorldPlan } from '../../../lab/model-check/plan.ts';
import { findState } from '../../../lab/model-check/state-table.ts';
import { createWorld, type World } from '../../../lab/model-check/world.ts';
import { fireEvent } from '../../../nucleus/clock.ts';
import { deliverAll } from '../../../nucleus/ipc.ts';
import { DEVICE_DONE, TIMER } from '../../../nucleus/kernel.ts';
import { peekTime } from '../../../sim-hw/event-queue.ts';
import { createRandom, nextBelow, type RandomState } from '../../../sim-hw/random.ts';

vi.setConfig({ testTimeout: 60_000 });

function world(name: string): WorldPlan {
  const plan = worldOf(name);
  if (plan === undefined) throw new Error(`no world ${name}`);
  return plan;
}

/** One step of a world as it really is: time goes on, and what is due comes in its order. */
function walk(real: World, random: RandomState, moves: number[]): void {
  const { kernel } = real;
  const { state } = kernel;
  state.nowNs += 1 + nextBelow(random, 40);
  if (real.plan.order === 'drained' && state.queue.count > 0) return deliverAll(kernel);
  const due = Math.min(peekTime(state.timers), peekTime(state.deviceEvents));
  if (due <= state.nowNs && nextBelow(random, 2) === 0) {
    if (peekTime(state.deviceEvents) <= peekTime(state.timers))
      fireEvent(kernel, state.deviceEvents, DEVICE_DONE);
    else fireEvent(kernel, state.timers, TIMER);
  } else if (state.queue.count > 0 && nextBelow(random, 3) > 0) deliverAll(kernel);
  else {
    const own = moves.filter((move) => ![DELIVER, DEADLINE, DEVICE].includes(kindOf(move)));
    if (own.length === 0) return;
    const move = own[nextBelow(random, own.length)];
    // Who dies at once has not been far.
    if (kindOf(move) !== DEATH_MOVE || nextBelow(random, 8) === 0) makeMove(real, move);
  }
}

test.each([
  'hoard',
  'lenient',
  'death',
  'karma',
  'rivals',
  'orphan',
  'reopened',
  'sitting',
  'again',
  'lease',
  'pager',
])('random walks of the world %s, with a clock, visit no state that is not known', (name) => {
  const plan = world(name);
  const { table, violations } = explore(plan);
  expect(violations).toEqual([]);
  const visited = new Set<number>();
  const moves: number[] = [];
  for (let seed = 0; seed < 30; seed++) {
    const random = createRandom(seed);
    const durations = {
      extra: 50 + nextBelow(random, 200),
      shrink: 100 + nextBelow(random, 400),
      term: 300 + nextBelow(random, 900),
      lock: 60 + nextBelow(random, 200),
      pageLock: 20 + nextBelow(random, 31),
      lifetime: 100.5 + nextBelow(random, 400),
    };
    const codec = createCodec(createWorld(plan, null, durations));
    for (let step = 0; step < 120; step++) {
      const state = findState(table, codec.tape.bytes, save(codec));
      expect(state, `${name}, seed ${seed}, step ${step}`).toBeGreaterThanOrEqual(0);
      visited.add(state);
      possibleMoves(codec, moves);
      walk(codec.world, random, moves);
    }
  }
  // Little is under way at a time where messages arrive at once.
  expect(visited.size).toBeGreaterThan(10);
});

test('what is saved is what is restored, and restoring twice changes nothing', () => {
  const { table } = explore(world('hoard'));
  const codec = createCodec(createWorld(world('hoard'), null, explored));
  for (let state = 0; state < table.count; state += 13) {
    restore(codec, table.bytes, table.starts[state]);
    expect(findState(table, codec.tape.bytes, save(codec))).toBe(state);
  }
});

test('[REV3] [CON6] a timer that the canonical state leaves out does nothing when it runs out', () => {
  const plan = world('shrink');
  const moves: number[] = [];
  let fired = 0;
  for (let seed = 0; seed < 60; seed++) {
    const random = createRandom(seed);
    const durations = { extra: 101, shrink: 211, term: 401, lock: 83, pageLock: 41, lifetime: 61 };
    const codec = createCodec(createWorld(plan, null, durations));
    for (let step = 0; step < 120; step++) {
      const { state } = codec.world.kernel;
      const length = save(codec);
      const before = codec.tape.bytes.slice(0, length);
      const { lists, others, dead } = codec.deadlines;
      const live = lists.flat().length + others.length / 2;
      if (live === 0 && dead > 0) {
        state.nowNs = Math.max(state.nowNs, peekTime(state.timers));
        fireEvent(codec.world.kernel, state.timers, TIMER);
        expect(codec.tape.bytes.slice(0, save(codec))).toEqual(before);
        fired++;
        continue;
      }
      possibleMoves(codec, moves);
      walk(codec.world, random, moves);
    }
  }
  expect(fired).toBeGreaterThan(10);
});
