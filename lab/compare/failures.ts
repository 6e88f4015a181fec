/**
 * Failures of a run that are not its input's: a policy that misbehaved, or a defect of leasehold.
 * Messages are one line; the faces turn each kind into an exit code.
 */

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
