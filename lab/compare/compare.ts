/**
 * Comparison: the same tasks under each management at each memory size, the bounds beside them.
 *
 *   traces -> fault curves -> guarantees -> cells (workers) -> slowdowns -> rows in fixed order
 *
 * Rows come in the order of the scenario's memory sizes and of the managements, whichever worker
 * was done first.
 */

import type { RunEvent } from '../../contracts/event-records.ts';
import type { CellResult, OracleResult, ProcessorsResult, Row, TaskResult } from '../results.ts';
import type { Snapshot } from '../run/snapshot.ts';
import type { Watching } from '../run/watched-run.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { BoundName, ManagementName } from '../scenario/scenario.ts';
import { type Undefended, undefendedBy } from '../scenario/switches.ts';
import { optimalRows } from './bounds.ts';
import { planAlone, planCell, planUndefended, planUnlimited } from './cells.ts';
import { RunFailure } from './failures.ts';
import { type Guarantees, guaranteesByCurve, guaranteesEqual } from './guarantees.ts';
import type { CellPlan, Told } from './jobs.ts';
import { damageOf, mergeOracles } from './oracles.ts';
import type { Pool } from './pool.ts';
import { type Survey, survey } from './survey.ts';
import { totalsOf, withSlowdowns } from './totals.ts';

export type RowName = ManagementName | BoundName;

export interface CompareOptions {
  readonly oracles: boolean;
  /** Rows to run at each memory size; default: the scenario's managements and bounds. */
  readonly rows?: readonly RowName[];
  /** What the user typed as SCENARIO, for the command that reproduces a failure. */
  readonly reproduce?: string;
  /** The stream of contract events (contracts/events.ts), in order within a row. */
  readonly events?: (events: readonly RunEvent[]) => void;
  /** The same by row: where those of a row go, or null for nowhere. In place of `events`. */
  readonly eventsOf?: (row: RowLabel) => ((events: readonly RunEvent[]) => void) | null;
  /** With events: every protocol step too (contracts/event-records.ts). */
  readonly steps?: boolean;
  /** How the rows' cells are looked at as they run, and who looks. */
  readonly watching?: Watching & { readonly show: (snapshot: Snapshot) => void };
}

/** Which row: management or bound, and memory size. */
export interface RowLabel {
  readonly name: Exclude<RowName, 'optimal'>;
  readonly frames: number;
}

export interface Comparison {
  readonly loaded: LoadedScenario;
  /** What the user typed as SCENARIO, for commands to try. */
  readonly scenario?: string;
  readonly rows: readonly Row[];
  readonly oracles: readonly OracleResult[];
  /** Fault curves of the tasks' own policies, by frames; empty where none were needed. */
  readonly curves: readonly Float64Array[];
}

/** A row that a cell stands behind. */
export interface PlannedRow extends RowLabel {
  readonly plan: CellPlan;
  readonly guarantees: Guarantees | null;
  /** Defences that the row goes without. */
  readonly undefended: Undefended | null;
}

/** Runs every cell of the scenario. Throws InputError, PolicyFailure or RunFailure. */
export async function compareScenario(
  loaded: LoadedScenario,
  pool: Pool,
  options: CompareOptions,
): Promise<Comparison> {
  const names = options.rows ?? [...loaded.managements, ...loaded.bounds];
  const surveyed = await survey(loaded, pool, names);
  const planned = planRows(loaded, surveyed, names, options.oracles);
  const [alone, optimal, results] = await Promise.all([
    planned.length > 0 ? runAlone(loaded, pool) : [],
    names.includes('optimal') ? optimalRows(loaded, pool) : [],
    runRows(planned, pool, options),
  ]);
  const ran = planned.map((row, at) => ({ ...row, result: results[at] }));
  const rows = loaded.frames.flatMap((frames) =>
    names.flatMap((name) => {
      if (name === 'optimal') return optimal.filter((row) => row.frames === frames);
      const cells = ran.filter((row) => row.name === name && row.frames === frames);
      return cells.map((row) => rowOf(loaded, row, row.result, alone));
    }),
  );
  const { reproduce } = options;
  const oracles = mergeOracles(ran);
  const { curves } = surveyed;
  return { loaded, rows, oracles, curves, ...(reproduce !== undefined && { scenario: reproduce }) };
}

/** The rows with cells behind them, by memory size, then by name. */
export function planRows(
  loaded: LoadedScenario,
  surveyed: Survey,
  names: readonly RowName[],
  oracles: boolean,
): PlannedRow[] {
  return loaded.frames.flatMap((frames) =>
    names.flatMap((name) =>
      name === 'optimal' ? [] : [planRow(loaded, surveyed, name, frames, oracles)],
    ),
  );
}

function planRow(
  loaded: LoadedScenario,
  { curves, pagerFrames }: Survey,
  name: PlannedRow['name'],
  frames: number,
  oracles: boolean,
): PlannedRow {
  const bare = { name, frames, guarantees: null, undefended: null };
  if (name === 'unlimited') return { ...bare, plan: planUnlimited(loaded, loaded.tasks, oracles) };
  const isUndefended = name === 'contracts-undefended';
  if (name === 'mach-undefended') {
    const off = undefendedBy(loaded.undefended);
    const mach = planCell(loaded, 'mach', frames, null, oracles);
    return { ...bare, undefended: off, plan: planUndefended(mach, off) };
  }
  if (name !== 'contracts' && name !== 'contracts-equal' && !isUndefended)
    return { ...bare, plan: planCell(loaded, name, frames, null, oracles) };
  const available = frames - pagerFrames;
  const byCurve = name !== 'contracts-equal' && loaded.guarantees.from === 'curve';
  const guarantees = byCurve
    ? guaranteesByCurve(loaded, curves, frames, available)
    : guaranteesEqual(loaded, frames, available);
  const plan = planCell(loaded, 'contracts', frames, guarantees.perTask, oracles);
  if (!isUndefended) return { ...bare, guarantees, plan };
  const undefended = undefendedBy(loaded.undefended);
  return { ...bare, guarantees, undefended, plan: planUndefended(plan, undefended) };
}

/** Each task by itself with unlimited memory; what its slowdowns are measured against. */
async function runAlone(loaded: LoadedScenario, pool: Pool): Promise<TaskResult[]> {
  return Promise.all(
    loaded.tasks.map(async (task) => {
      const job = { kind: 'cell', cell: planAlone(loaded, task) } as const;
      return (await pool.run(job, `${task.name} alone`)).tasks[0];
    }),
  );
}

async function runRows(
  planned: readonly PlannedRow[],
  pool: Pool,
  options: CompareOptions,
): Promise<CellResult[]> {
  const runOne = async (row: PlannedRow): Promise<CellResult> => {
    const { watching = null, steps, eventsOf } = options;
    const sink = eventsOf ? eventsOf(row) : (options.events ?? null);
    const events = sink === null ? 'none' : steps ? 'steps' : 'contracts';
    // Only what is plain crosses to a worker.
    const { show, ...words } = watching ?? { show: undefined };
    const job = {
      kind: 'cell',
      cell: row.plan,
      events,
      watching: watching && (words as Watching),
    } as const;
    const take = sink || show ? split(sink, show) : undefined;
    try {
      return await pool.run(job, `${row.name} in ${row.frames} frames`, take);
    } catch (error) {
      throw reproducible(error, row, options.reproduce);
    }
  };
  // Unlimited memory does not depend on the memory there is: one run serves all sizes.
  let unlimited: Promise<CellResult> | undefined;
  return Promise.all(
    planned.map((row) => {
      if (row.name !== 'unlimited') return runOne(row);
      unlimited ??= runOne(row);
      return unlimited;
    }),
  );
}

/** Hands what a cell tells to whom it is for. */
function split(
  sink: ((events: readonly RunEvent[]) => void) | null,
  show: ((snapshot: Snapshot) => void) | undefined,
): (told: readonly Told[]) => void {
  return (told) => {
    const events = told.filter((one) => one.kind !== 'snapshot');
    if (events.length > 0) sink?.(events);
    for (const one of told) if (one.kind === 'snapshot') show?.(one);
  };
}

/** A broken invariant says how to see it again. */
function reproducible(error: unknown, row: PlannedRow, scenario: string | undefined): unknown {
  if (!(error instanceof RunFailure) || scenario === undefined) return error;
  const command =
    `leasehold run ${scenario} --management ${row.name} --frames ${row.frames} ` +
    `--seed ${row.plan.seed}`;
  const failure = new RunFailure(
    `${error.message}, a defect of leasehold; see it again: ${command}`,
  );
  if (error.stack) failure.stack = error.stack;
  return failure;
}

function rowOf(
  loaded: LoadedScenario,
  { name, frames, guarantees, undefended }: PlannedRow,
  result: CellResult,
  alone: readonly TaskResult[],
): Row {
  const tasks = withSlowdowns(result.tasks, alone);
  const honest = loaded.tasks.map((task) => task.hostile === null);
  const damage = damageOf(result, undefended);
  return {
    management: name,
    frames,
    sight: result.sight,
    notes: [
      ...(guarantees ? [guarantees.note] : []),
      ...(undefended ? [undefended.note] : []),
      ...(name === 'unlimited' ? [] : result.notes),
      ...loaded.tasks.flatMap((task) => task.notes),
    ],
    labels: guarantees ? labelsOf(loaded, guarantees) : [],
    tasks,
    totals: {
      ...totalsOf(tasks, honest, result.framesMean),
      ...(result.processors !== undefined && shotDown(result.processors)),
      ...(damage !== null && { damage: damage.found }),
    },
    ...(damage !== null && { damage: damage.told }),
    ...(result.swap !== undefined && { swap: [...result.swap] }),
    ...(result.processors !== undefined && { processors: result.processors }),
  };
}

/** Of what several CPUs did, what a row's totals have. */
function shotDown({ shootdowns, interrupted, shootdownNs, staleWrites }: ProcessorsResult) {
  return { shootdowns, interrupted, shootdownNs, staleWrites };
}

function labelsOf({ tasks }: LoadedScenario, { perTask }: Guarantees): string[] {
  return tasks.map(({ policy }, at) => `${policy.name} G ${perTask[at].guaranteed}`);
}
