/**
 * Model checking: small worlds to their fixpoint, every planted bug found, counterexamples that can
 * be read, and a checker of liveness that can fail.
 */

import { expect, test, vi } from 'vitest';
import { explored } from '../../../lab/model-check/deadlines.ts';
import { checkFiles } from '../../../lab/model-check/file-invariants.ts';
import { explore, plantedBugs, violationLines, worldOf } from '../../../lab/model-check/index.ts';
import { firstStuck, type Graph } from '../../../lab/model-check/liveness.ts';
import { append, createNumberList } from '../../../lab/model-check/number-list.ts';
import type { WorldPlan } from '../../../lab/model-check/plan.ts';
import { modelCheckText } from '../../../lab/model-check/report.ts';
import { checkUnexplored } from '../../../lab/model-check/unexplored-state.ts';
import { createWorld, FIRST } from '../../../lab/model-check/world.ts';
import { createMessage } from '../../../nucleus/messages.ts';
import { defer } from '../../../nucleus/starvation.ts';
import { LOOKING, takeRequest } from '../../../servers/file/requests.ts';
import type { FileServerState } from '../../../servers/file/state.ts';
import { NO_LISTS } from '../../../servers/memory/containers/transfer-lists.ts';
import { attachPolicyTable } from '../../../servers/memory/contracts/policy.ts';

vi.setConfig({ testTimeout: 60_000 });

type Bug = (typeof plantedBugs)[number];

function world(name: string): WorldPlan {
  const plan = worldOf(name);
  if (plan === undefined) throw new Error(`no world ${name}`);
  return plan;
}

test.each([
  ['admission', 252],
  ['hoard', 1839],
  ['deaf', 8430],
  ['lenient', 3015],
  ['drop', 2371],
  ['karma', 3481],
  ['rivals', 7781],
  ['sitting', 6822],
  ['again', 3984],
  ['lease', 8976],
])(
  '[MEM1] [CON2] [REV5] the world %s has %i states, no violation and no dead end',
  (name, states) => {
    const run = explore(world(name));
    expect(run.violations).toEqual([]);
    expect(run.isComplete).toBe(true);
    expect(run.table.count).toBe(states);
  },
);

/** By planted bug: a world that shows it, and the rule that is then broken. */
const shownBy: Record<Bug, [world: string, rule: string]> = {
  'over-admission': ['admission', '[CON1]'],
  'grant-mapped-frame': ['hoard', '[MEM8]'],
  'no-zero-for-strangers': ['hoard', '[MEM4]'],
  'forget-deadline': ['hoard', '[REV1]'],
  'deny-guarantee': ['lending', '[CON2]'],
  'leak-on-return': ['lending', '[MEM1]'],
  'shrink-at-once': ['shrink', '[CON5]'],
  'keep-dead-frames': ['death', '[MEM6]'],
  'lock-without-end': ['boxes', '[CONT4]'],
  'lose-clean-bit': ['pager', '[MEM4]'],
  'swap-wrong-block': ['boxes', '[MEM4]'],
  'window-outlives-holder': ['orphan', '[CONT42]'],
  'lock-outlives-owner': ['kept', '[CONT1]'],
  'stale-serial': ['again', '[CONT6]'],
  'window-outlives-lock': ['lent', '[CONT23]'],
  'page-lock-without-end': ['sitting', '[CONT24]'],
  'lifetime-outlives-lock': ['lease', '[CONT14]'],
  'user-is-anybody': ['named', '[CONT13]'],
  'copy-stays-writable': ['copied', '[CONT27]'],
  'payer-still-charged': ['bequest', '[MEM1]'],
  'read-tampered': ['files', '[FILE9]'],
};

test.each(plantedBugs.map((bug) => [bug, ...shownBy[bug]] as const))(
  'the planted bug %s is found in the world %s as %s',
  (planted, name, rule) => {
    const run = explore(world(name), { planted });
    expect(run.violations).toHaveLength(1);
    expect(run.violations[0].what).toContain(rule);
    expect(run.violations[0].steps.length).toBeGreaterThan(0);
  },
);

test.each([
  ['window-outlives-holder', 'lent', '[CONT42]'],
  ['lock-outlives-owner', 'lent', '[MEM6]'],
  ['stale-serial', 'reopened', '[CONT6]'],
] as const)('%s is found in the world %s as well, by %s', (planted, name, rule) => {
  expect(explore(world(name), { planted }).violations[0]?.what).toContain(rule);
});

test('the file server is given a request that waits for nothing, a block that nobody reads: both are seen', () => {
  const look = (change: (files: FileServerState) => void) => {
    const booted = createWorld(world('files'), null, explored);
    expect(checkFiles(booted)).toBeUndefined();
    change(booted.files as FileServerState);
    return checkFiles(booted);
  };
  expect(look(({ requests }) => takeRequest(requests, FIRST))).toBeUndefined();
  expect(
    look(({ requests }) => {
      requests.table[0].phase = LOOKING;
    }),
  ).toContain('[FILE11]');
  expect(look(({ system }) => system.space.references.fill(2))).toContain('[FILE10]');
});

test('a client that never gets what it is guaranteed is a violation of its own', () => {
  const plan = world('hoard');
  const [first, ...others] = plan.clients;
  const modest = { ...first, wishes: [{ guaranteed: 2, extra: 0 }] };
  const { violations, isComplete } = explore({ ...plan, clients: [modest, ...others.slice(1)] });
  expect(isComplete).toBe(true);
  expect(violations.map(({ what }) => what)).toEqual([
    'liveness: from here A can never get the frames it is guaranteed, whatever it does',
  ]);
});

test('a counterexample tells a story, step by step, and the shortest one', () => {
  const { violations } = explore(world('hoard'), { planted: 'forget-deadline' });
  expect(violationLines('hoard', violations[0])).toMatchInlineSnapshot(`
    [
      "world hoard: [REV1] a notice to hog runs and has no deadline",
      "   1  A proposes its first contract; sends contract(guaranteed 1, extra 0, tag 1) to memory server",
      "   2  memory server hears from A: contract(guaranteed 1, extra 0, tag 1); sends contractIs(tag 1, guaranteed 1, extra 0) to A",
      "   3  A hears from memory server: contractIs(tag 1, guaranteed 1, extra 0)",
      "   4  A asks for a frame; sends allocate(order 0, zero 0, tag 3) to memory server",
      "   5  hog proposes its first contract; sends contract(guaranteed 0, extra 3, tag 1) to memory server",
      "   6  memory server hears from hog: contract(guaranteed 0, extra 3, tag 1); sends contractIs(tag 1, guaranteed 0, extra 3) to hog",
      "   7  hog hears from memory server: contractIs(tag 1, guaranteed 0, extra 3)",
      "   8  hog asks for a frame; sends allocate(order 0, zero 0, tag 3) to memory server",
      "   9  memory server hears from hog: allocate(order 0, zero 0, tag 3); sends granted(tag 3, slot 0, order 0, zeroed 1) to hog",
      "  10  hog hears from memory server: granted(tag 3, slot 0, order 0, zeroed 1)",
      "  11  hog asks for a frame; sends allocate(order 0, zero 0, tag 3) to memory server",
      "  12  memory server hears from hog: allocate(order 0, zero 0, tag 3); sends granted(tag 3, slot 1, order 0, zeroed 1) to hog",
      "  13  hog hears from memory server: granted(tag 3, slot 1, order 0, zeroed 1)",
      "  14  hog asks for a frame; sends allocate(order 0, zero 0, tag 3) to memory server",
      "  15  memory server hears from hog: allocate(order 0, zero 0, tag 3); sends granted(tag 3, slot 2, order 0, zeroed 1) to hog",
      "  16  memory server hears from A: allocate(order 0, zero 0, tag 3); sends notice(count 1, cause 0, clean 0, turn 0) to hog",
    ]
  `);
});

test('a report counts states, and says what was found', () => {
  const violation = { what: '[MEM1] a frame is held twice', steps: ['A dies'] };
  const found = {
    name: 'lending',
    summary: 'two clients',
    states: 1234567,
    steps: 2345678,
    depth: 12,
    fixpoint: false,
    seconds: 1.25,
    violations: [violation],
  };
  const result = { states: 1234567, violations: 1, seconds: 1.25, worlds: [found] };
  const text = modelCheckText(result, false);
  expect(text).toContain('1,234,567');
  expect(text).toContain('world lending: [MEM1] a frame is held twice\n   1  A dies');
  expect(text).toMatch(/1 violation$/);
  expect(JSON.parse(modelCheckText(result, true))).toEqual(result);
});

/** A graph of three states: 0 -> 1 by `move`, 1 -> 2 by a delivery; the goal is met in state 2. */
function graphOf(move: number): Graph {
  const [from, to, moves, met] = Array.from({ length: 4 }, createNumberList);
  for (const at of [0, 1, 2, 2]) append(from, at);
  for (const state of [1, 2]) append(to, state);
  for (const made of [move, 0]) append(moves, made);
  for (const bits of [0, 0, 1]) append(met, bits);
  return { from, to, moves, met };
}

test('a goal that only the goodwill of another reaches is out of reach', () => {
  const goals = [{ client: 0, what: 'answered' }] as const;
  const action = 3 << 24;
  const other = 1 << 8;
  expect(firstStuck(graphOf(0), goals, 0)).toBe(-1);
  expect(firstStuck(graphOf(action), goals, 0)).toBe(-1);
  expect(firstStuck(graphOf(action | other), goals, 0)).toBe(0);
  expect(firstStuck(graphOf(4 << 24), goals, 0)).toBe(0);
});

test('what no explored world makes use of is a violation where it is in use', () => {
  const used = (change: (world: ReturnType<typeof createWorld>) => void) => {
    const booted = createWorld(world('hoard'), null, explored);
    expect(checkUnexplored(booted)).toBeUndefined();
    change(booted);
    return checkUnexplored(booted);
  };
  expect(used(({ memory }) => memory.soft.count++)).toContain('a soft reference');
  expect(used(({ memory }) => memory.wirings.push(null))).toContain('a wired frame');
  expect(used(({ memory }) => attachPolicyTable(memory, 8))).toContain('a policy server');
  expect(used(({ memory }) => memory.pages.lists.push(NO_LISTS))).toContain('a transfer');
  expect(used(({ records }) => records[0].children.push(0))).toContain('a record of a client');
  expect(
    used(({ kernel }) => defer(kernel, createMessage(), kernel.state.tasks[3], true)),
  ).toContain('a CPU priority');
});
