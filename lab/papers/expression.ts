/**
 * Expressions of a paper's figures: a measure of a run, what it is more than another, or the quotient
 * of two of these.
 *
 *   mach.heap.virtualNs                        row, task, field, as in `expect`
 *   none:mach.heap.virtualNs / pf:contracts.heap.virtualNs
 *   0.001 * server:mach.vm.stallNs[calm] / server:mach.vm.faults[calm]
 *   server:mach.vm.stallNs - kernel:mach.vm.stallNs / server:mach.vm.faults     (a - b) / c
 */

import { type Measured, measured, parseSide, type Side } from '../scenario/expectations.ts';

/** A side of `expect`, of one run; '' where there is one run alone. */
interface Term {
  readonly run: string;
  readonly side: Side;
}

/** A term, or two of which the second is taken away. */
type Difference = readonly [Term] | readonly [Term, Term];

export interface Expression {
  readonly over: Difference;
  readonly under: Difference | null;
}

const TERM = /^(\d+(?:\.\d+)?\s*\*\s*)?(?:([a-z][\w-]*):)?(.+)$/i;

/** Parses an expression; undefined when it is none. */
export function parseMeasured(text: string): Expression | undefined {
  const parts = text.split(/\s\/\s/);
  if (parts.length > 2) return undefined;
  const [over, under] = parts.map(parseDifference);
  if (over === undefined || (parts.length === 2 && under === undefined)) return undefined;
  return { over, under: under ?? null };
}

function parseDifference(text: string): Difference | undefined {
  const [first, second, ...more] = text.split(/\s-\s/).map((part) => parseTerm(part.trim()));
  if (first === undefined || more.length > 0) return undefined;
  if (!/\s-\s/.test(text)) return [first];
  return second === undefined ? undefined : [first, second];
}

function parseTerm(text: string): Term | undefined {
  const [, factor = '', run = '', rest] = TERM.exec(text) ?? [];
  const side = rest === undefined ? undefined : parseSide(`${factor}${rest}`);
  return side === undefined ? undefined : { run, side };
}

/** The runs that an expression names. */
export function runsOf({ over, under }: Expression): string[] {
  const terms = [...over, ...(under ?? [])];
  return terms.flatMap((term) => (term.side.measure === null ? [] : [term.run]));
}

/** What the expression comes to; undefined where the results lack a measure of it. */
export function valueIn(
  { over, under }: Expression,
  runs: ReadonlyMap<string, Measured>,
): number | undefined {
  const value = differenceValue(over, runs);
  if (under === null || value === undefined) return value;
  const divisor = differenceValue(under, runs);
  return divisor === undefined || divisor === 0 ? undefined : value / divisor;
}

function differenceValue(
  [first, second]: Difference,
  runs: ReadonlyMap<string, Measured>,
): number | undefined {
  const value = termValue(first, runs);
  if (second === undefined || value === undefined) return value;
  const less = termValue(second, runs);
  return less === undefined ? undefined : value - less;
}

function termValue({ run, side }: Term, runs: ReadonlyMap<string, Measured>): number | undefined {
  if (side.measure === null) return side.factor;
  const results = runs.get(run);
  const frames = side.measure.frames ?? results?.rows[0]?.frames ?? null;
  return results === undefined ? undefined : measured(side, results, frames);
}

/** A number, or the quotient of two; undefined for anything else. */
export function numberOf(given: number | string): number | undefined {
  if (typeof given === 'number') return given;
  const parts = given.split('/').map((part) => part.trim());
  const numbers = parts.map(Number);
  if (parts.includes('') || parts.length > 2 || !numbers.every(Number.isFinite)) return undefined;
  const [over = 0, under = 1] = numbers;
  return under === 0 ? undefined : over / under;
}
