/** Check of a generated program: what its keys come to together, and where it may stop to rest. */

import { joinLength } from '../../clients/programs/index.ts';
import { inputError } from './input-error.ts';
import { garbageKinds, type ProgramDescription } from './program-schema.ts';
import type { TaskDocument } from './schema.ts';
import { type Path, pathText, placeOf, type Source } from './source.ts';

/** Of programs that are written touch by touch: bounds their memory. */
const TOUCHES_MAX = 1 << 24;

/** Throws InputError for a program that is too long, or that rests where nothing counts its time. */
export function checkProgram(
  source: Source,
  { program, pageSize }: TaskDocument,
  clock: 'ns' | 'references',
  path: Path,
): void {
  if (program === undefined) return;
  const where = [...path, 'program'];
  const touches = touchesOf(program);
  if (touches > TOUCHES_MAX) {
    const what = `${pathText(where)} comes to ${touches} references`;
    const expected = `expected at most ${TOUCHES_MAX}`;
    throw inputError(placeOf(source, where), `${what}, ${expected}; make it shorter`);
  }
  if (program.kind === 'scan' && program.length > program.pages) {
    const what = `${pathText([...where, 'length'])} is ${program.length}`;
    const expected = `expected at most the ${program.pages} pages of the program`;
    throw inputError(placeOf(source, [...where, 'length']), `${what}, ${expected}; lower it`);
  }
  if (!stops(program)) return;
  if (clock === 'references') {
    const what = `${pathText(where)} rests or computes for some ns, expected clock: ns`;
    throw inputError(placeOf(source, where), `${what}; set it, or take another program`);
  }
  if (pageSize === 4096) return;
  const what = `${pathText(where)} stops between pages of 4096 bytes, expected no pageSize`;
  throw inputError(placeOf(source, where), `${what} ${pageSize}; remove it`);
}

function touchesOf(program: ProgramDescription): number {
  if (program.kind === 'cache') return program.lookups * program.pages;
  if (program.kind === 'scan') return program.scans * program.length;
  if (program.kind === 'join') return joinLength(program);
  if (program.kind === 'phases')
    return program.rounds * program.phases.reduce((sum, { references }) => sum + references, 0);
  if (program.kind === 'matrix') return program.rows * program.columns;
  if (program.kind === 'database') {
    const { table, index, rounds, lookups } = program;
    return table + rounds * (table + index + 3 * lookups);
  }
  if (program.kind === 'decoder') {
    const { pictures, scratch, tables, picture, kept } = program;
    return tables + pictures * (2 * scratch + picture * (kept + 2));
  }
  if (program.kind === 'collector')
    return 2 * program.collections * program.pages * (2 + program.reads);
  if (program.kind !== 'hog') return 0;
  const steps = Math.ceil(program.pages / program.step);
  return program.pages * (steps + program.hold);
}

function stops(program: ProgramDescription): boolean {
  if (program.kind === 'cache') return program.lookupNs + program.buildNs > 0;
  if (program.kind === 'hog') return program.restNs > 0;
  // What it says it says at stops.
  if (garbageKinds.includes(program.kind)) return true;
  return 'pause' in program && program.pause !== undefined;
}
