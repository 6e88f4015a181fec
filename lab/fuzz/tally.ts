/**
 * Tally: which messages of the protocol have been served, and which reasons have been given for
 * refusing one. It listens where the nucleus puts messages under way; nothing in a run depends on it.
 */

import { diskMessages } from '../../contracts/disk-messages.ts';
import { emmiMessages } from '../../contracts/emmi-messages.ts';
import { fileMessages } from '../../contracts/file-messages.ts';
import { type MessageName, messageName, messages, OP } from '../../contracts/messages.ts';
import { pagerMessages } from '../../contracts/pager-messages.ts';
import * as refusals from '../../contracts/refusals.ts';
import { swapMessages } from '../../contracts/swap-messages.ts';
import { vmMessages, vmPortMessages } from '../../contracts/vm-messages.ts';
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

/** No task of a fuzzed world has two pagers, and none lives on Mach's virtual memory. */
const ABSENT: ReadonlySet<string> = new Set([
  ...Object.keys({ ...pagerMessages, ...vmMessages, ...emmiMessages, ...vmPortMessages }),
  'NO_RIGHT',
  'NO_SUCH_OBJECT',
  'NO_SUCH_MEMORY',
]);

/** Answers with a reason, or none. */
const GIVES_REASON: ReadonlySet<number> = new Set([
  OP.refused,
  OP.swapped,
  OP.diskDone,
  OP.fileDone,
]);

/** Messages that count where a server sends them, or is sent them. */
const AT_SERVERS: ReadonlySet<number> = new Set(
  Object.keys({ ...swapMessages, ...diskMessages, ...fileMessages }).map(
    (name) => OP[name as MessageName],
  ),
);

export function createTally(): Tally {
  const zeros = (names: readonly string[]) =>
    Object.fromEntries(names.filter((name) => !ABSENT.has(name)).map((name) => [name, 0]));
  return {
    served: zeros(Object.keys(messages)) as Record<MessageName, number>,
    reasons: zeros(reasonNames.slice(1)),
  };
}

/** Listens to all that is said to and by the servers `memories`, and of all other servers. */
export function listen(
  kernel: Kernel,
  memories: readonly number[],
  { served, reasons }: Tally,
): void {
  const isServer = (id: number) => kernel.state.tasks[id]?.space === -1;
  kernel.tap = () => {
    const { op, from, to, w1, w2 } = newest(kernel.state.queue);
    const name = messageName(op);
    if (name === undefined || ABSENT.has(name)) return;
    const isMemory = memories.includes(from);
    const answers = isServer(from);
    const counts =
      isMemory ||
      memories.includes(to) ||
      ELSEWHERE.has(op) ||
      (answers && op === OP.refused) ||
      (AT_SERVERS.has(op) && (answers || isServer(to)));
    if (!counts) return;
    served[name]++;
    if (!answers) return;
    const reason = op === OP.diskDone ? w2 : w1;
    if (GIVES_REASON.has(op) && reason > 0) reasons[reasonNames[reason]]++;
    if (op !== OP.refused) return;
    const refused = messageName(w2);
    if (refused === undefined || ABSENT.has(refused)) return;
    if (isMemory || ELSEWHERE.has(w2) || AT_SERVERS.has(w2)) served[refused]--;
  };
}
