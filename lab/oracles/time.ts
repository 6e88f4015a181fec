/**
 * Time: neither clock ever runs backwards, and the nine parts of each task's time sum to its
 * life to the last nanosecond [TIME1].
 */

import { isAlive, NOT_STARTED, type TaskState } from '../../nucleus/tasks.ts';
import { createFindings, type Findings, violate } from './findings.ts';
import type { OracleView } from './view.ts';

export interface Time {
  readonly findings: Findings;
  nowNs: number;
  references: number;
}

export function createTime({ kernel }: OracleView): Time {
  const { nowNs, references } = kernel.state;
  return { findings: createFindings('time', ['TIME1']), nowNs, references };
}

/** The scheduler has made a decision. */
export function checkClocks(oracle: Time, { kernel }: OracleView): void {
  const { nowNs, references, current } = kernel.state;
  oracle.findings.checks++;
  if (!(nowNs >= oracle.nowNs))
    violate(oracle.findings, kernel, 'TIME1', current, -1, `was ${oracle.nowNs} ns before`);
  if (!(references >= oracle.references))
    violate(oracle.findings, kernel, 'TIME1', current, -1, `was reference ${oracle.references}`);
  oracle.nowNs = nowNs;
  oracle.references = references;
}

/** Every task that has finished. */
export function sweepTimes(oracle: Time, { kernel }: OracleView): void {
  const { tasks, finished } = kernel.state;
  for (const [id, task] of tasks.entries()) {
    const told = finished[id] ?? null;
    if (task.space < 0) continue;
    if (told !== null) checkParts(oracle, kernel, told);
    else if (!isAlive(task) && task.status !== NOT_STARTED) checkParts(oracle, kernel, task);
  }
}

function checkParts({ findings }: Time, kernel: OracleView['kernel'], task: TaskState): void {
  const life = task.endedNs - task.startedNs;
  let sum = 0;
  for (const part of task.times) sum += part;
  findings.checks++;
  if (sum !== life)
    violate(findings, kernel, 'TIME1', task.id, -1, `lived ${life} ns, its parts sum to ${sum}`);
}
