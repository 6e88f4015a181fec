/**
 * Page-table formats compared: one scenario, run on each of them. What programs wrote, whose frame
 * holds what, what servers, pagers and policies know and how each task faulted may not differ (SPEC
 * [PMAP2]); what a format costs may. One that cannot hold the scenario is refused, with the reason.
 *
 * Slices and terms must count references: in nanoseconds a trap more shifts all that comes after.
 */

import { pageTableFormats } from '../../sim-hw/page-table/index.ts';
import { planRows } from '../compare/compare.ts';
import type { Pool } from '../compare/pool.ts';
import { survey } from '../compare/survey.ts';
import type { OracleResult, PageTableUse } from '../results.ts';
import {
  didYouMean,
  InputError,
  inputError,
  type LoadedScenario,
  loadScenario,
  type Overrides,
} from '../scenario/index.ts';

/** What no format may change. */
const DIGESTS = ['contents', 'servers', 'faults'] as const;

/** One format that holds the scenario, under one management at one memory size. */
export interface FormatRow {
  readonly management: string;
  readonly frames: number;
  readonly pageTable: string;
  readonly use: PageTableUse;
  /** Digests that are others than in the first row of that management and size. */
  readonly differs: readonly string[];
}

export interface FormatComparison {
  readonly name: string;
  readonly rows: readonly FormatRow[];
  readonly refused: readonly { readonly pageTable: string; readonly because: string }[];
  /** What oracles found, in words. */
  readonly violations: readonly string[];
}

export interface FormatOptions {
  /** Names; absent: all. */
  readonly formats?: readonly string[];
  readonly oracles: boolean;
}

/** Runs the scenario on each format. Throws InputError where none holds it. */
export async function compareFormats(
  file: string,
  overrides: Overrides,
  pool: Pool,
  { formats, oracles }: FormatOptions,
): Promise<FormatComparison> {
  const names = formats ?? Object.keys(pageTableFormats);
  for (const name of names) requireFormat(name);
  const refused: { pageTable: string; because: string }[] = [];
  const loads: { pageTable: string; loaded: LoadedScenario }[] = [];
  let firstError: unknown;
  for (const pageTable of names) {
    const set = { ...overrides.set, 'machine.pageTable': pageTable };
    try {
      const loaded = await loadScenario(file, { ...overrides, set }, pool);
      requireReferences(file, loaded);
      loads.push({ pageTable, loaded });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      firstError ??= error;
      refused.push({ pageTable, because: error.message });
    }
  }
  if (loads.length === 0) throw firstError;
  const runs = await Promise.all(
    loads.map(({ pageTable, loaded }) => runFormat(pageTable, loaded, pool, oracles)),
  );
  // Rows by management and size, formats within them in the order of their names.
  const count = (runs[0] as Run[]).length;
  const sorted = Array.from({ length: count }, (_, at) => runs.map((run) => run[at] as Run)).flat();
  return {
    name: (loads[0] as { loaded: LoadedScenario }).loaded.name,
    rows: sorted.map(({ oracles: _, ...row }) => ({ ...row, differs: differences(row, sorted) })),
    refused,
    violations: sorted.flatMap(({ pageTable, management, oracles: found }) =>
      found.flatMap(({ violations }) =>
        violations.map((what) => `${pageTable}, ${management}: ${what}`),
      ),
    ),
  };
}

type Run = Omit<FormatRow, 'differs'> & { readonly oracles: readonly OracleResult[] };

/** Every management at every memory size of the scenario, on one format. */
async function runFormat(
  pageTable: string,
  loaded: LoadedScenario,
  pool: Pool,
  oracles: boolean,
): Promise<Run[]> {
  const surveyed = await survey(loaded, pool, loaded.managements);
  const planned = planRows(loaded, surveyed, loaded.managements, oracles);
  return Promise.all(
    planned.map(async ({ name, frames, plan }) => {
      const cell = { ...plan, tellsPageTable: true };
      const result = await pool.run({ kind: 'cell', cell }, `${name} on ${pageTable}`);
      const use = result.pageTable as PageTableUse;
      return { management: name, frames, pageTable, use, oracles: result.oracles };
    }),
  );
}

function differences(row: Omit<FormatRow, 'differs'>, all: readonly Run[]): string[] {
  const first = all.find(
    ({ management, frames }) => management === row.management && frames === row.frames,
  ) as Run;
  return DIGESTS.filter((digest) => row.use[digest] !== first.use[digest]);
}

function requireFormat(name: string): void {
  const known = Object.keys(pageTableFormats);
  if (known.includes(name)) return;
  const next = didYouMean(name, known);
  throw inputError('--formats', `names ${name}, expected a page table that exists; ${next}`);
}

function requireReferences(file: string, { clock }: LoadedScenario): void {
  if (clock === 'references') return;
  const why = 'or a trap more would shift all that comes after it';
  throw inputError(file, `clock is ${clock}, expected references, ${why}; set clock: references`);
}
