/**
 * Variants of fuzzed scenarios: terms that arbiters, deadlines and page tables have, frames that the
 * server moves by itself, the hostile clients that are not in draw.ts, contracts split between tasks,
 * and superpages. Drawn from a stream of its own, after everything else: what is drawn before stays.
 */

import { type HostileTask, hostileTasks } from '../../clients/hostile/hostile.ts';
import { stringOfPages } from '../../clients/programs/index.ts';
import type { TermsWish } from '../../contracts/terms.ts';
import { PLAIN_PAGES } from '../../paging/page-kinds.ts';
import { pageTableFormats } from '../../sim-hw/page-table/index.ts';
import { type RandomState, splitRandom } from '../../sim-hw/random.ts';
import type { CellOptions, CellTask, ContractPart } from '../run/cell-options.ts';
import { between, chance, oneOf, small } from './chance.ts';

/** A nagger once in a while: it makes a run long. */
const HOSTILE: readonly HostileTask[] = [
  'flooder',
  'recorder',
  'climber',
  'flooder',
  'recorder',
  'climber',
  'nagger',
];
/** Every kind that is drawn, here or before. A snatcher needs somebody to lend to. */
export const drawnHostile: readonly HostileTask[] = hostileTasks.filter(
  (kind) => kind !== 'snatcher',
);

/** A page, the tables of its mapping and some room: with less no task can begin. */
const TABLES_LEAST = 8;

/** Pages of the largest superpage. */
const SUPERPAGE = 512;

/** What of `options` is otherwise. `stirrers`: so many tasks, the last ones, are no ordinary ones. */
export function drawVariants(
  options: CellOptions,
  seed: number,
  span: number,
  stirrers: number,
): CellOptions {
  if (options.management !== 'contracts') return options;
  const random = splitRandom(seed, 'variants');
  const ordinary = options.tasks.length - stirrers;
  // A climber goes by the nanosecond: to a slow machine it would send more than can be under way.
  const slow = options.machine.device === 'disk';
  const kinds = HOSTILE.filter((kind) => kind !== 'climber' || !slow);
  const tasks = options.tasks.map((task) => drawHostile(random, task, kinds));
  const terms = drawTerms(random, options.terms, span);
  const varied = { ...options, terms, tasks };
  const isPlain = options.policyServer === undefined && options.purses === undefined;
  const hasParts = isPlain && chance(random, 12);
  // In lockstep who waits for a contract of its own after its parent's end keeps its turn from others.
  if (hasParts && options.schedule === 'slices') return drawParts(random, varied, ordinary);
  const hasPolicy = options.policyServer !== undefined;
  if (stirrers === 0 && chance(random, 30) && !hasPolicy) return chargeTables(varied);
  return chance(random, 50) ? drawSuperpages(random, varied, ordinary) : varied;
}

function drawHostile(random: RandomState, task: CellTask, kinds: readonly HostileTask[]): CellTask {
  const isOther = task.hostile !== null && task.hostile !== 'wirer' && chance(random, 25);
  return isOther ? { ...task, hostile: oneOf(random, kinds) } : task;
}

function drawTerms(random: RandomState, drawn: TermsWish, span: number): TermsWish {
  const terms = { ...drawn };
  const { graceExtra } = drawn;
  if (chance(random, 25)) terms.writeMax = small(random, 1, 10 * graceExtra);
  if (chance(random, 25))
    terms.reclaimBatch = chance(random, 50) ? 'adaptive' : between(random, 1, 16);
  if (chance(random, 40)) terms.arbiterPeriod = between(random, graceExtra, span / 4);
  if (chance(random, 30)) {
    terms.idleTax = between(random, 0, 99) / 100;
    terms.idleSamples = between(random, 1, 64);
  }
  terms.placeholders = !chance(random, 15);
  if (chance(random, 20)) terms.moveEvery = between(random, span / 200, span / 10);
  return terms;
}

/** A task gives others a part of its contract to live on, together. */
function drawParts(random: RandomState, options: CellOptions, ordinary: number): CellOptions {
  const places = options.tasks.map((_, at) => at).slice(0, ordinary);
  const honest = places.filter((at) => options.tasks[at].hostile === null);
  if (honest.length < 2) return options;
  const parent = honest.splice(between(random, 0, honest.length - 1), 1)[0];
  const living = honest.slice(0, between(random, 1, honest.length));
  const { frames } = options.machine;
  const wanted = living.reduce((sum, at) => sum + options.tasks[at].guaranteed, 0);
  // Parent and part are admitted together, or never.
  const guaranteed = Math.max(1, Math.min(wanted, frames - options.tasks[parent].guaranteed));
  const own = Math.min(options.tasks[parent].guaranteed, frames - guaranteed);
  const extra = between(random, 0, frames);
  const part: ContractPart = { parent, tasks: living, guaranteed, extra };
  const tasks = options.tasks.map((task, at) =>
    at === parent || living.includes(at)
      ? {
          ...task,
          guaranteed: living.includes(at) ? guaranteed : own,
          extra: living.includes(at) ? extra : task.extra,
          renegotiate: [],
          killAt: null,
        }
      : task,
  );
  // The record of the part must fit, or those who are to live on it never begin.
  const { metadataMax: _, ...terms } = options.terms;
  return { ...options, terms, tasks, parts: [part] };
}

/** The last honest task gets a program that can fill a superpage, and memory for it. */
function drawSuperpages(random: RandomState, options: CellOptions, ordinary: number): CellOptions {
  const { machine } = options;
  const orders = (pageTableFormats[machine.pageTable]?.orders ?? []).filter(isSmall);
  const at = options.tasks.findLastIndex((task, i) => i < ordinary && task.hostile === null);
  if (at < 0 || orders.length === 0) return options;
  const pages = SUPERPAGE + between(random, 0, SUPERPAGE / 4);
  const numbers = Float64Array.from({ length: 3 * pages }, (_, i) => SUPERPAGE + (i % pages));
  const guaranteed = between(random, SUPERPAGE / 2, SUPERPAGE + SUPERPAGE / 4);
  const task: CellTask = {
    ...options.tasks[at],
    program: stringOfPages(numbers, oneOf(random, [0, 0.001, 0.2, 1]), random),
    guaranteed,
    extra: between(random, SUPERPAGE / 2, SUPERPAGE),
    initial: 'zero',
    scratch: [],
    renegotiate: [],
    kinds: { ...PLAIN_PAGES, superpages: { orders, apart: chance(random, 50) } },
  };
  // Room for a run of that size beside what others hold.
  const frames = machine.frames + guaranteed + 2 * SUPERPAGE;
  const tasks = options.tasks.map((one, i) => (i === at ? task : one));
  return { ...options, machine: { ...machine, frames }, tasks };
}

function isSmall(order: number): boolean {
  return order > 0 && 1 << order <= SUPERPAGE;
}

/** Frames for page tables count; every task has room for them. */
function chargeTables(options: CellOptions): CellOptions {
  const tasks = options.tasks.map((task) => ({
    ...task,
    guaranteed: Math.max(task.guaranteed, TABLES_LEAST),
    renegotiate: task.renegotiate.map((change) => ({
      ...change,
      guaranteed: Math.max(change.guaranteed, TABLES_LEAST),
    })),
  }));
  const sum = tasks.reduce((frames, { guaranteed }) => frames + guaranteed, 0);
  const machine = { ...options.machine, frames: Math.max(options.machine.frames, sum) };
  return { ...options, machine, tasks, terms: { ...options.terms, chargePageTables: true } };
}
