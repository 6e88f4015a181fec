/**
 * Failures of a run that are not its input's: a policy that misbehaved, or a defect of leasehold.
 * Messages are one line; the faces turn each kind into an exit code.
 */

import { PolicyFault } from '../../paging/policy-fault.ts';
import { InputError } from '../scenario/input-error.ts';
import { TraceError } from '../traces/trace.ts';

/** A policy threw, looped for ever, or evicted what it does not hold. */
export class PolicyFailure extends Error {
  override readonly name = 'PolicyFailure';
}

/** An invariant broke: a defect of leasehold. The message has the command that reproduces it. */
export class RunFailure extends Error {
  override readonly name = 'RunFailure';
}

type FailureKind = 'input' | 'policy' | 'run';

export interface Failure {
  readonly kind: FailureKind;
  readonly message: string;
  /** For whoever mends leasehold; never printed by default. */
  readonly stack: string;
}

/** What went wrong, as it crosses back from a worker. */
export function failureOf(error: unknown): Failure {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const line = message.replaceAll(/\s*[\r\n]+\s*/g, ' ');
  const failure = { message: line, stack: stack ?? '' };
  if (error instanceof PolicyFault) return { ...failure, kind: 'policy' };
  const input = error instanceof InputError || error instanceof TraceError;
  // A cell refuses a machine it cannot boot with a RangeError of its own, never one of the
  // engine's.
  const refused = error instanceof RangeError && line.startsWith('machine');
  return { ...failure, kind: input || refused ? 'input' : 'run' };
}

/** The error of a failure that came from a worker. */
export function errorOf({ kind, message, stack }: Failure): Error {
  const Kind = kind === 'input' ? InputError : kind === 'policy' ? PolicyFailure : RunFailure;
  const error = new Kind(message);
  error.stack = stack;
  return error;
}
