/** Below: what layers ask of those that they stand on, and what they need of a store before. */

import { DONE } from '../../../contracts/refusals.ts';
import { DISCARD, FLUSH, NO_ID, NONE } from '../stack/requests.ts';
import { beginChild, belowOf, finish, recordOf, type Stack } from '../stack/stack.ts';

/** Sees to it that the contents of a store are there; DONE, or why they cannot be. */
export function fillContents(stack: Stack, number: number): number {
  const record = recordOf(stack, number);
  if (record.filled === 1) return DONE;
  const reason = stack.port.fill(number);
  if (reason === DONE) record.filled = 1;
  return reason;
}

/** The page of a store is there; false: the store has ended, with why it cannot be. */
export function isFilled(stack: Stack, number: number): boolean {
  const reason = fillContents(stack, number);
  if (reason !== DONE) finish(stack, number, reason);
  return reason === DONE;
}

/** Asks the `at`-th node below for a part of a request, on its contents: its own page, or page `id`. */
export function askBelow(
  stack: Stack,
  node: number,
  number: number,
  kind: number,
  id: number = recordOf(stack, number).id,
  at = 0,
): void {
  const { client, slot } = recordOf(stack, number);
  beginChild(stack, belowOf(stack, node, at), kind, id, client, number, slot);
}

/** What is below under that id is of no use any more; nobody waits for that. */
export function dropBelow(stack: Stack, node: number, id: number, client: number, at = 0): void {
  beginChild(stack, belowOf(stack, node, at), DISCARD, id, client, NONE, NONE);
}

/** Has the `at`-th node below flushed, as a part of a request. */
export function flushBelow(stack: Stack, node: number, number: number, at = 0): void {
  beginChild(stack, belowOf(stack, node, at), FLUSH, NO_ID, 0, number, NONE);
}
