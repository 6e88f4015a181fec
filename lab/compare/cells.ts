/**
 * Cells of a comparison: a scenario, a management and a memory size become the plan of one run.
 *
 * Rows differ in who answers faults and in nothing else: the same tasks, hostile ones included, the
 * same programs, machine, terms and seed.
 */

import type { ContractPart } from '../run/cell-options.ts';
import type { PolicyServerPlan } from '../run/server-plans.ts';
import type { LoadedScenario, LoadedTask } from '../scenario/load.ts';
import { framesOf, type PolicyUser } from '../scenario/scenario.ts';
import type { Undefended } from '../scenario/switches.ts';
import type { Guarantee } from './guarantees.ts';
import type { CellPlan, TaskPlan } from './jobs.ts';

/** The plan of one row. `guarantees` matter under contracts alone; extras follow them. */
export function planCell(
  loaded: LoadedScenario,
  management: CellPlan['management'],
  frames: number,
  guarantees: readonly Guarantee[] | null,
  oracles: boolean,
): CellPlan {
  return {
    ...commonParts(loaded, oracles),
    policyServer: planPolicyServer(loaded, frames),
    parts: planParts(loaded, guarantees),
    archives: loaded.archives,
    externalPagers: loaded.externalPagers,
    memoryServers: loaded.memoryServers,
    files: loaded.files,
    relocate: loaded.relocate,
    purses: loaded.tasks.map(({ budget, income }) => ({ budget, income })),
    management,
    machine: { ...loaded.machine, frames },
    tasks: loaded.tasks.map((task, at) =>
      planTask(task, guarantees?.[at] ?? { guaranteed: 2 ** task.order, extra: 0 }, frames),
    ),
  };
}

/** The same cell with some of its defences switched off. */
export function planUndefended(plan: CellPlan, undefended: Undefended): CellPlan {
  const { planted, terms, framesStay, noReserve, noLaundryLimit, backsItself, pageout } =
    undefended;
  return {
    ...plan,
    terms: { ...plan.terms, ...terms },
    ...(planted !== null && { planted }),
    ...(framesStay && { relocate: null }),
    externalPagers: (plan.externalPagers ?? []).map((pager) => ({
      ...pager,
      ...(noReserve && { reserve: 0 }),
      ...(noLaundryLimit && { laundry: pager.buffers }),
    })),
    ...(backsItself && { backsItself }),
    pageout,
  };
}

/** Every task with all the memory it can use: what waiting for memory costs is nothing. */
export function planUnlimited(
  loaded: LoadedScenario,
  tasks: readonly LoadedTask[],
  oracles: boolean,
): CellPlan {
  const plans = tasks.map((task): TaskPlan => {
    const footprint = task.references.pageNumbers.length * 2 ** task.order;
    return {
      ...planTask(task, { guaranteed: footprint + lentBy(task), extra: 0 }, footprint),
      policy: { name: 'fifo', file: null, parameters: {} },
      hostile: null,
      renegotiate: [],
      finalFrames: null,
      renews: true,
      // With memory for all nobody is in anybody's way: more rounds would show nothing.
      atEnd: 'exit',
    };
  });
  const caches = loaded.files.reduce(
    (sum, { cache, buffers }) =>
      sum +
      (cache ? cache.guaranteed + cache.extra : 0) +
      (buffers ? buffers.ahead + buffers.behind : 0),
    0,
  );
  const frames = caches + plans.reduce((sum, plan) => sum + plan.guaranteed, 0);
  return {
    ...commonParts(loaded, oracles),
    archives: loaded.archives.map((archive) => ({ ...archive, sits: false })),
    files: loaded.files.map((file) => ({ ...file, diesAt: null })),
    terms: { ...loaded.terms, term: 0 },
    spareFrames: 0,
    management: 'unlimited',
    machine: { ...loaded.machine, frames, pagerFrames: 'outside' },
    tasks: plans,
  };
}

/** Frames that a task has in containers that servers fill. */
function lentBy({ reads, streams }: LoadedTask): number {
  return (reads?.window ?? 0) + (streams ? streams.length * streams.ahead : 0);
}

/** One task alone with unlimited memory, from the start: what its slowdown is measured against. */
export function planAlone(loaded: LoadedScenario, task: LoadedTask): CellPlan {
  return planUnlimited(loaded, [{ ...task, start: 0, killAt: null, atEnd: 'exit' }], false);
}

function commonParts(
  loaded: LoadedScenario,
  oracles: boolean,
): Omit<CellPlan, 'management' | 'machine' | 'tasks'> {
  const { central, terms, schedule, slice, clock, seed, spareFrames, windows, disk, swap } = loaded;
  const common = { central, terms, schedule, slice, clock, seed, oracles, spareFrames, disk, swap };
  return windows.length === 0 ? common : { ...common, windows };
}

/** Contracts that are parts of others: each with whoever shares it. */
function planParts(
  { tasks }: LoadedScenario,
  guarantees: readonly Guarantee[] | null,
): ContractPart[] {
  return tasks.flatMap(({ name, from }, at) => {
    if (from === null || guarantees === null) return [];
    const sharers = [...tasks.keys()].filter((other) => tasks[other].sharedWith === name);
    const parent = tasks.findIndex((task) => task.name === from);
    return [{ parent, tasks: [at, ...sharers], ...guarantees[at] }];
  });
}

/** Quotas are shares of memory as tasks' quantities are. */
function planPolicyServer(
  { policyServer, tasks }: LoadedScenario,
  frames: number,
): PolicyServerPlan | null {
  if (policyServer === null) return null;
  const quotasOf = (users: readonly PolicyUser[]) =>
    users.map(({ guaranteed, held, swap }) => ({
      ...(swap !== undefined && { swap }),
      guaranteed: framesOf(guaranteed ?? frames, frames),
      held: framesOf(held ?? frames, frames),
    }));
  const { users, successor } = policyServer;
  return {
    ...policyServer,
    tasks: tasks.map(({ user, weight, priority }) => ({
      user: users.findIndex(({ name }) => name === user),
      weight,
      priority,
    })),
    users: quotasOf(users),
    successor: successor === null ? null : { users: quotasOf(successor.users) },
  };
}

function planTask(task: LoadedTask, { guaranteed, extra }: Guarantee, frames: number): TaskPlan {
  return {
    name: task.name,
    program: task.references,
    ...(task.threads.length > 0 && { threads: task.threads }),
    pageBytes: task.pageBytes,
    policy: task.policy,
    guaranteed,
    extra,
    initial: task.initial,
    atEnd: task.atEnd,
    start: task.start,
    hostile: task.hostile,
    scratch: task.scratch,
    zeroFill: task.zeroFill,
    renegotiate: task.renegotiate.map((change) => ({
      at: change.at,
      guaranteed: framesOf(change.guaranteed, frames),
      extra: framesOf(change.extra, frames),
    })),
    renews: task.renews,
    cpu: task.cpu,
    killAt: task.killAt,
    operation: task.operation,
    ...(task.level !== null && { level: task.level }),
    kinds: task.kinds,
    adapts: task.adapts,
    finalFrames: task.finalFrames,
    reads: task.reads,
    disk: task.disk,
    streams: task.streams,
  };
}
