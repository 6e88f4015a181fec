/**
 * Input error: what a user gave cannot be run. One line: where, what, what was expected; what to
 * do.
 *
 * Never a defect of leasehold (`InvariantBroken`) nor of a policy (`PolicyFailure`).
 */

export class InputError extends Error {
  override readonly name = 'InputError';
}

/** `place` is a file:line:column, a file or a command-line option; `problem` reads as above. */
export function inputError(place: string, problem: string): InputError {
  return new InputError(`${place}: ${problem}`.replaceAll(/\s*[\r\n]+\s*/g, ' '));
}
