/**
 * Windows: what befell each task between two moments of a run. Counters are looked at by the first
 * decision of the scheduler that ends at or after a moment, and at the end of the run if it ends
 * before; a window is the difference of two looks. The run is the same with and without.
 *
 * A task that starts over is counted in every round. A window that the run did not get to is absent.
 */

import { termNow } from '../../nucleus/clock.ts';
import type { TaskState } from '../../nucleus/tasks.ts';
import type { WindowResult } from '../results.ts';
import type { World } from './boot.ts';
import { diskBlocksOf } from './disk-counts.ts';

export interface WindowPlan {
  readonly name: string;
  /** On the clock of terms. */
  readonly from: number;
  readonly to: number;
}

/** Counters of a task at one moment: WindowResult's, but frames as frames x ns so far. */
type Look = Omit<WindowResult, 'framesMean'> & { frameNs: number; nowNs: number };

export interface Windows {
  readonly plans: readonly WindowPlan[];
  /** By window: a look at each task, or null before. */
  readonly first: (Look[] | null)[];
  readonly last: (Look[] | null)[];
  /** The next moment to look at, or Infinity. */
  next: number;
}

export function createWindows(plans: readonly WindowPlan[]): Windows | null {
  if (plans.length === 0) return null;
  const windows: Windows = {
    plans,
    first: plans.map(() => null),
    last: plans.map(() => null),
    next: Math.min(...plans.map(({ from }) => from)),
  };
  return windows;
}

/** After a decision of the scheduler. */
export function noteWindows(windows: Windows, world: World): void {
  const now = termNow(world.kernel);
  if (now < windows.next) return;
  windows.next = Number.POSITIVE_INFINITY;
  for (const [at, { from, to }] of windows.plans.entries()) {
    if (windows.first[at] === null) {
      if (now >= from) windows.first[at] = lookAt(world);
      else windows.next = Math.min(windows.next, from);
    }
    if (windows.first[at] === null || windows.last[at] !== null) continue;
    if (now >= to) windows.last[at] = lookAt(world);
    else windows.next = Math.min(windows.next, to);
  }
}

/** What befell task `index` in each window, by name. */
export function windowsOf(
  windows: Windows,
  world: World,
  index: number,
): Record<string, WindowResult> {
  const results: Record<string, WindowResult> = {};
  for (const [at, { name }] of windows.plans.entries()) {
    const first = windows.first[at]?.[index];
    const last = (windows.last[at] ?? lookAt(world))[index];
    if (first !== undefined) results[name] = between(first, last);
  }
  return results;
}

function lookAt(world: World): Look[] {
  const { kernel, clients, disk } = world;
  const { tasks, nowNs } = kernel.state;
  return clients.map((id) => {
    const task = tasks[id] as TaskState;
    return {
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
      messages: task.messages,
      stallNs: task.stallNs,
      ...(disk > 0 && { diskBlocks: diskBlocksOf(world, id) }),
      frameNs: task.frameNs + task.framesHeld * (nowNs - task.framesSinceNs),
      nowNs,
    };
  });
}

function between(first: Look, last: Look): WindowResult {
  const { frameNs, nowNs, ...counts } = last;
  const changes = Object.entries(counts).map(([key, value]) => [
    key,
    (value as number) - (first[key as keyof typeof counts] as number),
  ]);
  const passed = nowNs - first.nowNs;
  const mean = passed === 0 ? 0 : Math.round(((frameNs - first.frameNs) / passed) * 100) / 100;
  return { ...Object.fromEntries(changes), framesMean: mean } as WindowResult;
}
