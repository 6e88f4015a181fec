/**
 * Tally: which messages of the protocol have been served, and which reasons have been given for
 * refusing one. It listens where the nucleus puts messages under way; nothing in a run depends on it.
 */

import { type MessageName, messageName, messages, OP } from '../../contracts/messages.ts';
import * as refusals from '../../contracts/refusals.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import { newest } from '../../nucleus/messages.ts';

/** By name of a message: sent, and not refused; by name of a reason: given. */
export interface Tally {
  readonly served: Record<MessageName, number>;
  readonly reasons: Record<string, number>;
}

/** Names of the reasons, by number. DONE is none. */
const reasonNames: readonly string[] = Object.entries(refusals).reduce<string[]>(
  (names, [name, reason]) => {
    if (typeof reason === 'number') names[reason] = name;
    return names;
  },
  [],
);

/** Messages to and from the swap server, policy servers and other clients. */
const ELSEWHERE: ReadonlySet<number> = new Set([
  OP.store,
  OP.fetch,
  OP.exchange,
  OP.discard,
  OP.swapped,
  OP.subscribe,
  OP.advice,
  OP.handControl,
  OP.askControl,
]);

export function createTally(): Tally {
  const zeros = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 0]));
  return {
    served: zeros(Object.keys(messages)) as Record<MessageName, number>,
    reasons: zeros(reasonNames.slice(1)),
  };
}

/** Listens to all that is said to and by the server `memory`, and of swap and the policy server. */
export function listen(kernel: Kernel, memory: number, { served, reasons }: Tally): void {
  kernel.tap = () => {
    const { op, from, to, w1, w2 } = newest(kernel.state.queue);
    const name = messageName(op);
    if (name === undefined || (to !== memory && from !== memory && !ELSEWHERE.has(op))) return;
    served[name]++;
    if (op === OP.swapped && w1 > 0 && kernel.state.tasks[from].space < 0)
      reasons[reasonNames[w1]]++;
    if (op !== OP.refused || from !== memory) return;
    reasons[reasonNames[w1]]++;
    const refused = messageName(w2);
    if (refused !== undefined) served[refused]--;
  };
}
