/**
 * Sight: what it costs a policy that it sees referenced bits and not each reference.
 *
 * Each policy runs twice over the same trace, in the same number of frames: in the curve engine, where a
 * look is free, and as the self-paging policy of a task that is alone in the machine, where looks and
 * TLB entries that they drop take the task's time. Beside each policy that looks at bits stands the one
 * of oracle sight whose rule it approximates: the difference in misses is what the bits do not tell,
 * the time of scans and walks what it takes to read them.
 *
 * Misses here and faults there are the same number [POL19]: the task is guaranteed all frames, borrows
 * none, keeps no reserve, and finds its pages on swap. Of a policy of variable space they may differ:
 * a page given up in good time that has to be written is out only when it is written, and one that is
 * touched before comes back by a soft fault.
 *
 * Oracle sight costs nothing here, which no machine could do (docs/decisions/008-oracle-sight.md).
 */

import type { Sight } from '../../contracts/policy.ts';
import { FRAMES_MAX } from '../../sim-hw/buddy.ts';
import { bareCosts, costProfiles, machineLabel } from '../../sim-hw/costs/index.ts';
import { pageTableFormats } from '../../sim-hw/page-table/index.ts';
import { seedOf } from '../../sim-hw/random.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import type { CellPlan } from '../compare/jobs.ts';
import type { Pool } from '../compare/pool.ts';
import { plainCell, plainTaskOf } from '../run/plain-cell.ts';
import { inputError } from '../scenario/input-error.ts';
import { relocate } from '../scenario/relocate.ts';
import type { PolicyChoice } from '../scenario/scenario.ts';
import { shared } from '../scenario/shared.ts';
import { didYouMean } from '../scenario/suggest.ts';
import type { Trace } from '../traces/index.ts';
import { choicesOf, policyText } from './choices.ts';
import { sizesOf } from './sizes.ts';

/** By policy of hardware sight: the one of oracle sight that decides by what the bits stand for. */
const oracleOf: Readonly<Record<string, string>> = {
  clock: 'fifo-reinsertion',
  'second-chance': 'fifo-reinsertion',
  gclock: 'fifo-reinsertion:most=2',
  car: 'arc',
  'clock-pro': 'lirs',
};
/** Of all others, a user's own among them: recency itself. */
const RECENCY = 'lru';

export interface SightsWanted {
  /** As `choices.ts` says. */
  readonly policies: string;
  /** As `sizes.ts` says. */
  readonly sizes: string;
  /** A cost profile by name. */
  readonly costs: string;
  /** A page table by name; null: the profile's. One without referenced bits makes looks dear [PMAP5]. */
  readonly pageTable: string | null;
}

/** The document of `leasehold sight --json`. */
export interface Sights {
  readonly trace: string;
  readonly references: number;
  readonly pages: number;
  readonly machine: string;
  /** By size, then in the order asked for; behind them those that they are compared with. */
  readonly rows: readonly SightRow[];
}

export interface SightRow {
  /** The policy, with its parameters where some are set. */
  readonly policy: string;
  readonly sight: Sight;
  readonly frames: number;
  /** In the curve engine. */
  readonly misses: number;
  /** In the machine, and how many of them found the page on its way out. */
  readonly faults: number;
  readonly softFaults: number;
  /** Bits looked at or cleared. */
  readonly looks: number;
  readonly scanNs: number;
  /** TLB misses and walks, those that cleared bits brought about among them. */
  readonly translationNs: number;
  readonly virtualNs: number;
  /** The row of oracle sight to compare with; null: this one does not look at bits. */
  readonly oracle: string | null;
}

/** Throws InputError for what is asked, PolicyFailure for a policy that misbehaves. */
export async function sightsOf(
  trace: Trace,
  name: string,
  wanted: SightsWanted,
  pool: Pool,
): Promise<Sights> {
  const { machine, label } = machineOf(wanted);
  const sizes = sizesOf(wanted.sizes, trace.pageNumbers.length, '--sizes');
  const most = sizes.at(-1) as number;
  if (most > FRAMES_MAX)
    throw inputError('--sizes', `${most} frames, expected at most ${FRAMES_MAX}; correct it`);
  const asked = await choicesOf(wanted.policies, '--policy', pool);
  const program = programOn(trace, machine.pageTable);
  const rowsOf = (policies: readonly PolicyChoice[]): Promise<SightRow[]> =>
    Promise.all(
      sizes.flatMap((frames) =>
        policies.map((policy) => rowOf(program, policy, frames, machine, pool)),
      ),
    );
  const first = await rowsOf(asked);
  const known = new Set(first.map(({ policy }) => policy));
  const lacking = new Set(first.flatMap(({ oracle }) => oracle ?? []).filter((o) => !known.has(o)));
  const beside =
    lacking.size === 0 ? [] : await choicesOf([...lacking].join(','), '--policy', pool);
  const rows = [...first, ...(await rowsOf(beside))];
  return {
    trace: name,
    references: trace.references,
    pages: trace.pageNumbers.length,
    machine: label,
    rows: sizes.flatMap((size) => rows.filter(({ frames }) => frames === size)),
  };
}

type Machine = Omit<CellPlan['machine'], 'frames'>;

function machineOf({ costs, pageTable }: SightsWanted): { machine: Machine; label: string } {
  requireKnown('--costs', costs, costProfiles, 'cost profile');
  const profile = costProfiles[costs];
  const table = pageTable ?? profile.pageTable;
  requireKnown('--page-table', table, pageTableFormats, 'page table');
  const { tlb, device } = profile;
  return {
    machine: { costs, pageTable: table, tlb, device, pagerFrames: 'outside' },
    label: machineLabel(costs, table, tlb, device),
  };
}

function requireKnown(place: string, name: string, known: object, noun: string): void {
  if (Object.hasOwn(known, name)) return;
  const next = didYouMean(name, Object.keys(known));
  throw inputError(place, `is '${name}', expected a ${noun}; ${next}`);
}

/** The program, moved together where the page table cannot hold its addresses. */
function programOn(trace: Trace, pageTable: string): ReferenceString {
  const relocated = relocate(trace, pageTableFormats[pageTable], 0);
  if ('program' in relocated) return shared(relocated.program);
  throw inputError('the trace', `${relocated.refused}; take another one or --limit it`);
}

const TASK = 'trace';

async function rowOf(
  program: ReferenceString,
  policy: PolicyChoice,
  frames: number,
  machine: Machine,
  pool: Pool,
): Promise<SightRow> {
  const plain = plainCell([], frames);
  const cell: CellPlan = {
    ...plain,
    machine: { ...machine, frames },
    tasks: [{ ...plainTaskOf(TASK, program, frames), policy }],
  };
  const text = policyText(policy);
  // What a policy draws it draws in both.
  const seed = seedOf(plain.seed, `policy ${TASK}`);
  const points = { kind: 'points', program, policy, frames: [frames], traffic: false } as const;
  const [[point], { tasks, sight }] = await Promise.all([
    pool.run({ ...points, seed }, `${text} in ${frames} frames`),
    pool.run({ kind: 'cell', cell }, `${text} in ${frames} frames of the machine`),
  ]);
  const [{ faults, softFaults, timeNs, virtualNs }] = tasks;
  const scanNs = timeNs?.scan ?? 0;
  return {
    policy: text,
    sight: sight as Sight,
    frames,
    misses: point.misses,
    faults,
    softFaults,
    looks: scanNs / bareCosts(costProfiles[machine.costs]).scanNs,
    scanNs,
    translationNs: timeNs?.translation ?? 0,
    virtualNs: virtualNs ?? 0,
    oracle: sight === 'hardware' ? (oracleOf[policy.name] ?? RECENCY) : null,
  };
}
