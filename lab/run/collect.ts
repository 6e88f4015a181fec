/** Collecting: what the kernel counted of each task, as the results document has it. */

import type { KernelState } from '../../nucleus/kernel.ts';
import {
  CPU_WAIT,
  histogramQuantile,
  IO_WAIT,
  isAlive,
  MESSAGE,
  PROGRAM,
  REST,
  SCAN,
  type TaskState,
  TRANSLATION,
  TRAP,
  ZERO,
} from '../../nucleus/tasks.ts';
import { otherThreads, type ThreadGroup } from '../../nucleus/threads.ts';
import type { PagerState } from '../../paging/state.ts';
import { chargedTo } from '../../servers/memory/contracts/purse.ts';
import { clientOf, type MemoryServerState } from '../../servers/memory/state.ts';
import { swapStats } from '../../servers/swap/stacked.ts';
import type { SwapServerState } from '../../servers/swap/state.ts';
import type { CellResult, OracleResult, TaskResult, TimeNs } from '../results.ts';
import type { World } from './boot.ts';
import { centralNotes } from './central-notes.ts';
import { centralOf } from './centrals.ts';
import { diskResult } from './disk-counts.ts';
import { fileNotes } from './file-notes.ts';
import { operationNsP99 } from './operations.ts';
import { pageTableUse } from './page-table-use.ts';
import { processorsResult } from './processor-counts.ts';
import { windowsOf } from './windows.ts';

/** Reads the results out of a world that has run to its end. */
export function collect(world: World, oracles: readonly OracleResult[] = []): CellResult {
  const { kernel, clients } = world;
  const { windows } = world;
  const tasks = clients.map((id, index) => {
    const task = kernel.state.finished[id] ?? (kernel.state.tasks[id] as TaskState);
    if (isAlive(task) && kernel.state.finished[id] === null)
      throw new Error(`collect: ${task.name} has not finished`);
    const charged = chargedOf(world, id);
    const tables = kernel.state.tables;
    const p99 = operationNsP99(world.operations, task);
    const records = recordsOf(world, id);
    const tableFramesMax = tables?.most[task.space] ?? null;
    return {
      ...withThreads(kernel.state, task, taskResult(task)),
      ...(charged !== null && { charged }),
      ...(tableFramesMax !== null && { tableFramesMax }),
      ...(records > 0 && { metadataBytesMax: records }),
      ...(windows !== null && { windows: windowsOf(windows, world, index) }),
      ...superpagesOf(world, id, task),
      ...diskResult(world, id),
      ...(p99 !== undefined && { operationNsP99: p99 }),
    };
  });
  const notes = [`${world.pagerFrames} frames are the pagers' and servers' own`];
  if (world.memories.length > 1) notes.push(memoriesOf(world));
  notes.push(...fileNotes(world), ...centralNotes(world));
  const { swap } = world.options;
  const server = kernel.receivers[world.swap].state as SwapServerState;
  return {
    sight: sightOf(world),
    notes,
    tasks,
    framesMean: framesMeanOf(world),
    oracles,
    ...(world.options.tellsPageTable && { pageTable: pageTableUse(world) }),
    ...(swap && { swap: swapStats(server) }),
    ...processorsResult(kernel),
  };
}

/** What each of several memory servers had to say. */
function memoriesOf({ kernel, memories }: World): string {
  const sent = memories.map((id) => kernel.state.tasks[id] as TaskState);
  const counts = sent.map(({ name, messages }) => `${name} ${messages}`);
  return `messages sent by memory servers, the deepest first: ${counts.join(', ')}`;
}

/** What the frames of a client have cost it, under contracts with a price; else null. */
function chargedOf({ kernel, options, memory }: World, id: number): number | null {
  if (options.management !== 'contracts' || options.terms.price === undefined) return null;
  const server = kernel.receivers[memory].state as MemoryServerState;
  return chargedTo(kernel, server, clientOf(server, id));
}

/** Bytes of records that the memory server kept for a client at most. */
function recordsOf({ kernel, memory }: World, id: number): number {
  return (kernel.receivers[memory].state as MemoryServerState).clients[id]?.metadataMost ?? 0;
}

/** What became of the superpages of a client, where some client makes any. */
function superpagesOf({ kernel, options }: World, id: number, { walks }: TaskState) {
  if (options.tasks.every(({ kinds }) => kinds.superpages === null)) return {};
  const { state } = kernel.receivers[id] as { state: object };
  const { superpages = null } = state as Partial<PagerState>;
  if (superpages === null) return { tlbWalks: walks };
  const { promoted, demoted, reserved, broken } = superpages.counts;
  return {
    tlbWalks: walks,
    promotions: promoted,
    demotions: demoted,
    reservations: reserved,
    reservationsBroken: broken,
  };
}

function sightOf(world: World): string {
  const { management, tasks } = world.options;
  if (management === 'unlimited') return 'none';
  const central = centralOf(management);
  if (central !== undefined) return central.sight;
  const sights = new Set(tasks.map((task) => task.policy.sight));
  return sights.size === 1 ? (tasks[0]?.policy.sight ?? 'none') : 'mixed';
}

/** Later rounds of tasks that start over count too: it is about memory, not about a task. */
function framesMeanOf({ kernel, clients }: World): number {
  const { tasks, nowNs } = kernel.state;
  let from = nowNs;
  let sum = 0;
  for (const id of clients) {
    const task = tasks[id] as TaskState;
    from = Math.min(from, task.startedNs);
    sum += task.frameNs + task.framesHeld * (nowNs - task.framesSinceNs);
  }
  return nowNs === from ? 0 : Math.round((sum / (nowNs - from)) * 100) / 100;
}

function taskResult(task: TaskState): TaskResult {
  const life = task.endedNs - task.startedNs;
  return {
    name: task.name,
    references: task.references,
    faults: task.faults,
    compulsoryFaults: task.compulsoryFaults,
    hardFaults: task.hardFaults,
    softFaults: task.softFaults,
    lostFaults: task.lostFaults,
    regeneratedFaults: task.regeneratedFaults,
    pageIns: task.pageIns,
    pageOuts: task.pageOuts,
    revocationsMet: task.revocationsMet,
    revocationsMissed: task.revocationsMissed,
    revocationsPartly: task.revocationsPartly,
    messages: task.messages,
    virtualNs: life,
    timeNs: timeOf(task),
    stallNs: task.stallNs,
    faultNsMean: task.faults === 0 ? 0 : Math.round(task.stallNs / task.faults),
    faultNsP99: histogramQuantile(task.histogram, 0.99),
    framesMean: life === 0 ? 0 : Math.round((task.frameNs / life) * 100) / 100,
    framesMax: task.framesMax,
    slowdown: null,
  };
}

/** What a task's other threads counted is the task's; their time is told apart. */
function withThreads(state: KernelState, task: TaskState, result: TaskResult): TaskResult {
  const others = otherThreads(state, task);
  if (others.length === 0) return result;
  const { foundMapped } = state.groups[task.group] as ThreadGroup;
  const threads = others.map((thread) => ({
    references: thread.references,
    faults: thread.faults,
    stallNs: thread.stallNs,
    virtualNs: thread.endedNs - thread.startedNs,
    timeNs: timeOf(thread),
  }));
  const sum = { ...result, threads, foundMapped };
  const histogram = task.histogram.slice();
  for (const thread of others) {
    for (const key of THREAD_COUNTS) sum[key] += thread[key];
    sum.stallNs = (sum.stallNs ?? 0) + thread.stallNs;
    for (const [bucket, n] of thread.histogram.entries())
      histogram[bucket] = (histogram[bucket] as number) + n;
  }
  sum.faultNsMean = sum.faults === 0 ? 0 : Math.round((sum.stallNs ?? 0) / sum.faults);
  sum.faultNsP99 = histogramQuantile(histogram, 0.99);
  return sum;
}

/** What each thread counts for itself. */
const THREAD_COUNTS = [
  'references',
  'faults',
  'compulsoryFaults',
  'hardFaults',
  'softFaults',
  'lostFaults',
  'regeneratedFaults',
] as const;

function timeOf({ times }: TaskState): TimeNs {
  const part = (index: number) => times[index] as number;
  return {
    program: part(PROGRAM),
    translation: part(TRANSLATION),
    trap: part(TRAP),
    message: part(MESSAGE),
    scan: part(SCAN),
    zero: part(ZERO),
    ioWait: part(IO_WAIT),
    cpuWait: part(CPU_WAIT),
    rest: part(REST),
  };
}
