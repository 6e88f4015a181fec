/**
 * Operations: where a task's references are asked of it so many at a time (look-ups, requests), how
 * long each of these operations stood still in faults. Looked at as each fault ends, beside the
 * oracles; the run is the same with and without. Counted are the operations of the first round.
 *
 * Left out: the program's own time in an operation, and queues before the task.
 */

import type { Kernel } from '../../nucleus/kernel.ts';
import type { Probe } from '../../nucleus/probe.ts';
import {
  HISTOGRAM_BUCKETS,
  histogramBucket,
  histogramQuantile,
  type TaskState,
} from '../../nucleus/tasks.ts';

interface OperationsOf {
  /** References of one operation. */
  readonly length: number;
  /** Of operations that stood still: how many, by time. */
  readonly histogram: Float64Array;
  /** The operation of the last fault, its stalls so far, and the task's as of then. */
  current: number;
  stallNs: number;
  seenNs: number;
}

/** By task. */
export type Operations = ReadonlyMap<number, OperationsOf>;

/** Of the tasks whose operations have a length. */
export function createOperations(
  clients: readonly number[],
  lengths: readonly (number | undefined)[],
): Operations {
  const operations = new Map<number, OperationsOf>();
  for (const [at, length] of lengths.entries()) {
    if (length === undefined) continue;
    const histogram = new Float64Array(HISTOGRAM_BUCKETS);
    operations.set(clients[at] as number, {
      length,
      histogram,
      current: 0,
      stallNs: 0,
      seenNs: 0,
    });
  }
  return operations;
}

/** From here on the ends of faults are looked at. */
export function noteOperations(operations: Operations, kernel: Kernel): void {
  if (operations.size === 0) return;
  const below = kernel.probe;
  kernel.probe = {
    ...(below ?? SILENT),
    resumed(of, task, page, how) {
      noteStall(operations, of, task);
      below?.resumed(of, task, page, how);
    },
  };
}

/** The 99th percentile of an operation's time in faults, in ns; undefined where none is counted. */
export function operationNsP99(operations: Operations, task: TaskState): number | undefined {
  const counted = operations.get(task.id);
  if (counted === undefined) return undefined;
  endOperation(counted);
  const { histogram, length } = counted;
  const stood = histogram.reduce((sum, count) => sum + count, 0);
  const all = histogram.slice();
  all[0] += Math.max(0, Math.ceil(task.references / length) - stood);
  return histogramQuantile(all, 0.99);
}

function noteStall(operations: Operations, { state }: Kernel, id: number): void {
  const counted = operations.get(id);
  if (counted === undefined || state.finished[id] !== null) return;
  const task = state.tasks[id] as TaskState;
  // The reference that faulted has not been executed: it is the next one.
  const operation = Math.floor(task.references / counted.length);
  if (operation !== counted.current) {
    endOperation(counted);
    counted.current = operation;
  }
  counted.stallNs += task.stallNs - counted.seenNs;
  counted.seenNs = task.stallNs;
}

function endOperation(counted: OperationsOf): void {
  if (counted.stallNs > 0) counted.histogram[histogramBucket(counted.stallNs)]++;
  counted.stallNs = 0;
}

const SILENT: Probe = {
  mapped() {},
  unmapped() {},
  resumed() {},
  granted() {},
  released() {},
  transferred() {},
  clockMoved() {},
};
