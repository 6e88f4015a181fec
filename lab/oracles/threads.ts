/**
 * Threads: of the faults of a task its pager has one at a time, whoever faulted meanwhile is in line
 * and nobody else is [CPU11]; no thread is on two CPUs, and none outlives its task [CPU12].
 *
 * Where no task has several threads the oracle has nothing to do.
 */

import { FAULTING, isAlive, type TaskState, WAITING_DEVICE } from '../../nucleus/tasks.ts';
import { NONE, type ThreadGroup } from '../../nucleus/threads.ts';
import { createFindings, type Findings, violate } from './findings.ts';
import type { OracleView } from './view.ts';

export function createThreads(): Findings {
  return createFindings('threads', ['CPU11', 'CPU12']);
}

/** Every task with several threads, between two decisions. */
export function sweepThreads(findings: Findings, { kernel }: OracleView): void {
  for (const group of kernel.state.groups) {
    const wrong = lineOf(kernel.state.tasks, group);
    findings.checks++;
    if (wrong !== undefined) violate(findings, kernel, 'CPU11', group.leader, -1, wrong);
    const lives = livesOf(kernel, group);
    findings.checks++;
    if (lives !== undefined) violate(findings, kernel, 'CPU12', group.leader, -1, lives);
  }
}

/** What is wrong with who faults and who waits, or undefined. */
function lineOf(tasks: readonly TaskState[], group: ThreadGroup): string | undefined {
  const { leader, threads, serving, line } = group;
  if (serving === NONE && line.length > 0) return `${line.length} in line, and nobody's turn`;
  const faulting = [leader, ...threads].filter((id) => isStopped(tasks[id] as TaskState));
  // Whose fault has been settled is not in line any more, and keeps its turn until it runs.
  const told = serving >= 0 && isStopped(tasks[serving] as TaskState) ? [serving, ...line] : line;
  if (new Set(told).size < told.length) return `in line twice: ${told.join(' ')}`;
  const same = faulting.length === told.length && faulting.every((id) => told.includes(id));
  return same ? undefined : `${faulting.join(' ')} fault, in line are ${told.join(' ')}`;
}

/** What is wrong with who lives and who runs, or undefined. */
function livesOf({ state }: OracleView['kernel'], group: ThreadGroup): string | undefined {
  const { leader, threads } = group;
  const lives = (id: number) => isAlive(state.tasks[id] as TaskState);
  const late = lives(leader) ? undefined : threads.find(lives);
  if (late !== undefined && state.finished[leader] !== null) return `thread ${late} outlives it`;
  const running = (state.processors?.list ?? []).map((cpu) => cpu.running);
  const twice = [leader, ...threads].find((id) => running.indexOf(id) !== running.lastIndexOf(id));
  return twice === undefined ? undefined : `thread ${twice} is on two CPUs`;
}

function isStopped({ status }: TaskState): boolean {
  return status === FAULTING || status === WAITING_DEVICE;
}
