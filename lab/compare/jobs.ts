/**
 * Jobs: the parts of a comparison that take time, each of which a worker can do alone.
 *
 * A job and its result are plain data, so they cross to a worker and back; programs lie in shared
 * memory. A cell here names its policies, and the worker fetches their code.
 */

import type { RunEvent } from '../../contracts/event-records.ts';
import type { Policy } from '../../contracts/policy.ts';
import { PAGE_BYTES, type ReferenceString } from '../../sim-hw/references.ts';
import { type BeladyFaults, beladyFaults, interleave } from '../bounds/index.ts';
import type { Digest } from '../curves/digest.ts';
import type { Point } from '../curves/points.ts';
import type { StreamedPoints } from '../curves/streamed-points.ts';
import type { CellResult } from '../results.ts';
import { boot } from '../run/boot.ts';
import { runCell } from '../run/cell.ts';
import type { CellOptions, CellTask } from '../run/cell-options.ts';
import type { Snapshot } from '../run/snapshot.ts';
import { runWatched, type Watching } from '../run/watched-run.ts';
import type { PolicyChoice } from '../scenario/scenario.ts';
import { shared } from '../scenario/shared.ts';
import { type ReadOptions, readTrace } from '../traces/index.ts';
import { type Division, divisions } from './divisions.ts';
import { policyCurve } from './policy-curve.ts';
import { loadPolicy, type PolicyFacts } from './policy-modules.ts';
import { runSteps, type StepRecord } from './steps.ts';
import { performTraceJob, type TraceJob } from './trace-jobs.ts';
import type { Watch } from './watch.ts';

/** A cell's task with its policy by name rather than as code. */
export interface TaskPlan extends Omit<CellTask, 'policy' | 'policyParameters'> {
  readonly policy: PolicyChoice;
}

export interface CellPlan extends Omit<CellOptions, 'tasks' | 'observer' | 'stepped' | 'progress'> {
  readonly tasks: readonly TaskPlan[];
}

/** What a cell tells as it goes: nothing, what befalls contracts, or every protocol step too. */
export type EventLevel = 'none' | 'contracts' | 'steps';

/** What comes back while a job runs. */
export type Told = RunEvent | Snapshot;

export type Job =
  | { readonly kind: 'read'; readonly file: string; readonly limit: number | null }
  | {
      readonly kind: 'curve';
      readonly program: ReferenceString;
      readonly policy: PolicyChoice;
      readonly task: string;
    }
  | TraceJob
  | {
      readonly kind: 'optimal';
      readonly programs: readonly ReferenceString[];
      readonly frames: readonly number[];
    }
  | {
      readonly kind: 'divisions';
      readonly programs: readonly ReferenceString[];
      readonly curves: readonly Float64Array[];
      readonly frames: readonly number[];
    }
  | { readonly kind: 'survey'; readonly cell: CellPlan }
  | {
      readonly kind: 'cell';
      readonly cell: CellPlan;
      readonly events?: EventLevel;
      readonly watching?: Watching | null;
    }
  | { readonly kind: 'steps'; readonly cell: CellPlan };

export interface JobResults {
  read: ReferenceString;
  inspect: PolicyFacts;
  curve: Float64Array;
  digest: Digest;
  points: Point[];
  phases: Point[];
  stream: StreamedPoints | null;
  optimal: BeladyFaults[];
  divisions: Division[];
  survey: { pagerFrames: number };
  cell: CellResult;
  steps: { result: CellResult; records: StepRecord[] };
}

export type ResultOf<One extends Job> = JobResults[One['kind']];

/** What a job tells while it runs. */
export interface Signals {
  /** Marks when a policy is being asked, so that one that does not come back is noticed. */
  readonly watch: Watch | null;
  readonly events?: (events: readonly Told[]) => void;
}

const EVENTS_TOGETHER = 1024;

/** The machine's page is that of 4096 bytes. */
function machineReading(limit: number | null): ReadOptions {
  return { pageBytes: PAGE_BYTES, ...(limit !== null && { limit }) };
}

/** Does one job. Throws what the parts throw; see `failureOf` (failures.ts). */
export async function performJob(job: Job, signals: Signals): Promise<JobResults[Job['kind']]> {
  switch (job.kind) {
    case 'read':
      return shared(await readTrace(job.file, machineReading(job.limit)));
    case 'curve':
      return performCurve(job, signals);
    case 'digest':
    case 'inspect':
    case 'phases':
    case 'points':
    case 'stream':
      return performTraceJob(job, signals);
    case 'optimal':
      return beladyFaults(interleave(job.programs, Math.min(...job.frames)), job.frames);
    case 'divisions':
      return divisions(job.programs, job.curves, job.frames);
    case 'survey':
      return { pagerFrames: boot(await cellOptions(job.cell, signals)).pagerFrames };
    case 'cell':
      return performCell(job, signals);
    case 'steps':
      return runSteps(await cellOptions(job.cell, signals));
  }
}

async function performCell(
  { cell, events = 'none', watching = null }: Extract<Job, { kind: 'cell' }>,
  signals: Signals,
): Promise<CellResult> {
  const options = await cellOptions(cell, signals);
  let waiting: Told[] = [];
  const send = (): void => {
    if (waiting.length > 0) signals.events?.(waiting);
    waiting = [];
  };
  const observer = (event: RunEvent): void => {
    waiting.push({ ...event });
    if (waiting.length === EVENTS_TOGETHER) send();
  };
  const show = (snapshot: Snapshot): void => {
    waiting.push(snapshot);
    send();
  };
  const told = {
    ...options,
    ...(events !== 'none' && { observer }),
    ...(events === 'steps' && { stepped: observer }),
  };
  try {
    if (watching === null) return runCell(told);
    return runCell(told, (world) => runWatched(world, watching, show));
  } finally {
    send();
  }
}

async function performCurve(
  { program, policy, task }: Extract<Job, { kind: 'curve' }>,
  { watch }: Signals,
): Promise<Float64Array> {
  const code = await loadPolicy(policy, task, 0, watch);
  return policyCurve(program, code, policy.parameters, policy.file === null);
}

async function cellOptions(plan: CellPlan, { watch }: Signals): Promise<CellOptions> {
  const tasks: CellTask[] = [];
  for (const [at, { policy, ...task }] of plan.tasks.entries()) {
    const loaded: Policy = await loadPolicy(policy, task.name, at, watch);
    tasks.push({ ...task, policy: loaded, policyParameters: policy.parameters });
  }
  return { ...plan, tasks };
}
