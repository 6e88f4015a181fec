/**
 * Expectations: what a scenario is there to show, written in it and checked by `--expect`.
 *
 *   contracts.smart.hardFaults <= 0.5 * mach.smart.hardFaults
 *   contracts.slowdown < mach.slowdown              totals of a row
 *   contracts.slowdown@950 < 9                      at one memory size
 *   contracts.smart.hardFaults[calm] < 10           in a window of the scenario's
 *
 * A side is a number, or a measure with or without a factor: management, task (or none: the row's
 * totals) and field of the results document. It has to hold at every memory size of the scenario,
 * unless a measure names one.
 */

export interface Measure {
  readonly management: string;
  readonly task: string | null;
  readonly field: string;
  /** Name of a window, or null: the whole run. */
  readonly window: string | null;
  /** Memory size, or null: each in turn. */
  readonly frames: number | null;
}

/** `factor` times the measure, or the number `factor`. */
export interface Side {
  readonly factor: number;
  readonly measure: Measure | null;
}

export type Comparator = '<' | '<=' | '>' | '>=' | '==';

export interface Expectation {
  readonly text: string;
  readonly because: string;
  readonly left: Side;
  readonly comparator: Comparator;
  readonly right: Side;
}

/** A results document, as far as it is looked at here. */
export interface Measured {
  readonly rows: readonly {
    readonly management: string;
    readonly frames: number;
    readonly tasks: readonly { readonly name: string }[];
    readonly totals: object;
  }[];
}

export interface Verdict {
  readonly expectation: Expectation;
  readonly holds: boolean;
  /** What was found, at each memory size. */
  readonly found: string;
}

const SIDE =
  /^(?:(\d+(?:\.\d+)?)\s*\*\s*)?([a-z][\w-]*(?:\.[\w-]+){1,2})(?:\[([a-z][\w-]*)\])?(?:@(\d+))?$/i;
const NUMBER = /^\d+(?:\.\d+)?$/;

/** Parses one expectation; undefined when it is none. */
export function parseExpectation(text: string, because: string): Expectation | undefined {
  const parts = text.split(/\s(<=|>=|==|<|>)\s/);
  if (parts.length !== 3) return undefined;
  const left = parseSide(parts[0].trim());
  const right = parseSide(parts[2].trim());
  if (left === undefined || right === undefined) return undefined;
  return { text, because, left, comparator: parts[1] as Comparator, right };
}

/** Parses one side; undefined when it is none. */
export function parseSide(text: string): Side | undefined {
  if (NUMBER.test(text)) return { factor: Number(text), measure: null };
  const found = SIDE.exec(text);
  if (found === null) return undefined;
  const [, factor, path, window, frames] = found;
  const names = path.split('.');
  const task = names.length === 3 ? names[1] : null;
  const measure = {
    management: names[0],
    task,
    field: names[names.length - 1],
    window: window ?? null,
    frames: frames === undefined ? null : Number(frames),
  };
  return { factor: factor === undefined ? 1 : Number(factor), measure };
}

/** The measures that an expectation names. */
export function measuresOf({ left, right }: Expectation): Measure[] {
  return [left.measure, right.measure].filter((measure) => measure !== null);
}

/** Whether what was expected is what came out. A measure that has no value never holds. */
export function checkExpectation(expectation: Expectation, document: Measured): Verdict {
  const named = measuresOf(expectation).map(({ frames }) => frames);
  const everywhere = named.length === 0 || named.includes(null);
  const sizes = everywhere ? [...new Set(document.rows.map(({ frames }) => frames))] : [null];
  const lines = sizes.map((frames) => checkAt(expectation, document, frames));
  return {
    expectation,
    holds: lines.length > 0 && lines.every(({ holds }) => holds),
    found: lines.map(({ found }) => found).join(', '),
  };
}

function checkAt(
  { left, comparator, right }: Expectation,
  document: Measured,
  frames: number | null,
): { holds: boolean; found: string } {
  const a = measured(left, document, frames);
  const b = measured(right, document, frames);
  const at = frames === null ? '' : `${frames} frames: `;
  const found = `${at}${shown(a)} ${comparator} ${shown(b)}`;
  return { holds: a !== undefined && b !== undefined && compare(a, comparator, b), found };
}

/** What a side comes to at one memory size. */
export function measured({ factor, measure }: Side, { rows }: Measured, frames: number | null) {
  if (measure === null) return factor;
  const size = measure.frames ?? frames;
  const row = rows.find((one) => one.management === measure.management && one.frames === size);
  const whose =
    measure.task === null ? row?.totals : row?.tasks.find(({ name }) => name === measure.task);
  const { windows } = (whose ?? {}) as { windows?: Record<string, object> };
  const counted = measure.window === null ? whose : windows?.[measure.window];
  const value = (counted as Record<string, unknown> | undefined)?.[measure.field];
  return typeof value === 'number' ? factor * value : undefined;
}

function compare(a: number, comparator: Comparator, b: number): boolean {
  switch (comparator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    case '==':
      return a === b;
  }
}

function shown(value: number | undefined): string {
  if (value === undefined) return 'nothing';
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
