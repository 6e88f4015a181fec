/** Exit codes of the command, and how an error becomes one line and a code. */

import { PolicyFailure } from '../lab/compare/failures.ts';
import { InputError } from '../lab/scenario/input-error.ts';
import { TraceError } from '../lab/traces/trace.ts';

export const OK = 0;
/** An invariant broke, an oracle found a violation, or an expectation does not hold. */
export const BROKEN = 1;
/** Bad usage or bad input: nothing was run, nothing written. */
export const BAD_INPUT = 2;
/** A policy threw, looped for ever or evicted what it does not hold. */
const BAD_POLICY = 3;

export const exitCodesText = `
Exit codes:
  0  all ran, and every oracle found the rules kept
  1  an invariant broke, an oracle found a violation, or --expect something else
  2  bad usage or bad input: nothing was run and nothing written
  3  a policy threw, looped for ever, or evicted what it does not hold

LEASEHOLD_DEBUG=1 prints the stack of an error.`;

/** Prints the error in one line on stderr and returns the exit code. */
export function report(error: unknown): number {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const ofFile = (error as NodeJS.ErrnoException).syscall !== undefined;
  const next = ofFile ? ', expected a file or folder that can be used so; check the path' : '';
  // What a file holds may be quoted: not what would move a terminal's cursor.
  const line = message.replaceAll(/\s*[\r\n]+\s*/g, ' ').replaceAll(/\p{Cc}/gu, '?');
  process.stderr.write(`leasehold: ${line}${next}\n`);
  if (process.env.LEASEHOLD_DEBUG === '1') process.stderr.write(`${stack}\n`);
  if (ofFile || error instanceof InputError || error instanceof TraceError) return BAD_INPUT;
  if (error instanceof PolicyFailure) return BAD_POLICY;
  return BROKEN;
}
