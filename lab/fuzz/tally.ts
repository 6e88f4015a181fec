/**
 * Tally: which messages of the protocol have been served, and which reasons have been given for
 * refusing one. It listens where the nucleus puts messages under way; nothing in a run depends on it.
 */

import { diskMessages } from '../../contracts/disk-messages.ts';
import { fileMessages } from '../../contracts/file-messages.ts';
import { type MessageName, messageName, messages, OP } from '../../contracts/messages.ts';
import * as refusals from '../../contracts/refusals.ts';
import { swapMessages } from '../../contracts/swap-messages.ts';
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
  ...Object.keys(diskMessages).map((name) => OP[name as MessageName]),
]);

/** No file server is in a fuzzed world, and nobody asks swap for more than its pages. */
const ABSENT: ReadonlySet<string> = new Set([
  ...Object.keys(fileMessages),
  ...Object.keys(swapMessages),
  'diskFlush',
  'diskMove',
  'NO_DEVICE',
  'NO_SUCH_FILE',
  'DISK_FULL',
  'FILE_TOO_LONG',
  'TAMPERED',
]);

export function createTally(): Tally {
  const zeros = (names: readonly string[]) =>
    Object.fromEntries(names.filter((name) => !ABSENT.has(name)).map((name) => [name, 0]));
  return {
    served: zeros(Object.keys(messages)) as Record<MessageName, number>,
    reasons: zeros(reasonNames.slice(1)),
  };
}

/** Listens to all that is said to and by the servers `memories`, and of swap and the policy server. */
export function listen(
  kernel: Kernel,
  memories: readonly number[],
  { served, reasons }: Tally,
): void {
  kernel.tap = () => {
    const { op, from, to, w1, w2 } = newest(kernel.state.queue);
    const name = messageName(op);
    if (name === undefined || ABSENT.has(name)) return;
    const isMemory = memories.includes(from);
    if (!(isMemory || memories.includes(to) || ELSEWHERE.has(op))) return;
    served[name]++;
    const isServer = kernel.state.tasks[from]?.space === -1;
    if (op === OP.swapped && w1 > 0 && isServer) reasons[reasonNames[w1]]++;
    if (op === OP.diskDone && w2 > 0 && isServer) reasons[reasonNames[w2]]++;
    if (op !== OP.refused || !isMemory) return;
    reasons[reasonNames[w1]]++;
    const refused = messageName(w2);
    if (refused !== undefined && !ABSENT.has(refused)) served[refused]--;
  };
}
