/**
 * Tape: random messages of the whole protocol. Fields are read off the schemas, so a message that is
 * appended to contracts/messages.ts is drawn from then on. Most are well formed and name what the
 * sender has; some name what it had, what others have, or nothing; some are no messages at all.
 */

import type { z } from 'zod';
import { diskMessages } from '../../contracts/disk-messages.ts';
import { emmiMessages } from '../../contracts/emmi-messages.ts';
import { fileMessages } from '../../contracts/file-messages.ts';
import { type MessageName, messages, OP, TIME_MAX } from '../../contracts/messages.ts';
import { pagerMessages } from '../../contracts/pager-messages.ts';
import { swapMessages } from '../../contracts/swap-messages.ts';
import type { Words } from '../../contracts/validator.ts';
import { vmMessages, vmPortMessages } from '../../contracts/vm-messages.ts';
import { between, chance, oneOf, small } from './chance.ts';
import { drawField, type Sender } from './fields.ts';

/** How often each message to the memory server is drawn; those that are not listed once. */
const WEIGHTS: Partial<Record<MessageName, number>> = {
  contract: 3,
  allocate: 12,
  returnFrames: 3,
  createContainer: 4,
  shareContainer: 6,
  cancelContainer: 2,
  lockContainer: 4,
  unlockContainer: 3,
  releaseSoft: 2,
  revive: 3,
  markUnused: 3,
  wire: 2,
  splitContract: 4,
  copyControl: 2,
  useControl: 3,
  resizeContract: 3,
  usePolicy: 2,
  decided: 3,
  openContainer: 5,
  sealContainer: 5,
  putRuns: 3,
  takeOut: 2,
  allocatePages: 7,
  deallocatePages: 2,
  fromPages: 6,
  intoPages: 6,
  transferPages: 6,
  releaseData: 2,
  orphanData: 2,
  mapPage: 6,
  mapPages: 2,
  lockPages: 5,
  inspectContainer: 2,
};

/** Answers, and what goes to other servers: sent to the memory server now and then, as nonsense. */
export const FOREIGN: readonly MessageName[] = [
  'contractIs',
  'granted',
  'refused',
  'notice',
  'loss',
  'expired',
  'containerIs',
  'locked',
  'store',
  'fetch',
  'discard',
  'swapped',
  'exchange',
  'softGone',
  'kept',
  'wired',
  'unwired',
  'controlIs',
  'policyIs',
  'asked',
  'shrinkIs',
  'handControl',
  'subscribe',
  'advice',
  'purseIs',
  'pagesDone',
  'pageMapped',
  'pagesMapped',
  'pageLost',
  'containerEnded',
  'containerStands',
  'sharesAre',
  'askControl',
  ...(Object.keys({
    ...swapMessages,
    ...diskMessages,
    ...fileMessages,
    ...pagerMessages,
    ...emmiMessages,
  }) as MessageName[]),
];

/** What no server of a scenario that is drawn serves: as good as an op that nobody knows. */
export const UNSERVED = Object.keys({ ...vmMessages, ...vmPortMessages }) as MessageName[];

/** What clients send to the memory server. */
export const CALLS: readonly MessageName[] = (Object.keys(messages) as MessageName[]).filter(
  (name) => !FOREIGN.includes(name) && !UNSERVED.includes(name),
);

/** Each call as often as its weight says. */
const DRAWER = CALLS.flatMap((name) => Array.from({ length: WEIGHTS[name] ?? 1 }, () => name));

/** A message to the memory server. */
export function drawMessage(sender: Sender): Words {
  const { random, wild } = sender;
  if (chance(random, wild)) return drawNonsense(sender);
  return drawFields(sender, oneOf(random, DRAWER));
}

/** A message of that name. */
export function drawFields(sender: Sender, name: MessageName): Words {
  const small = ['w0', 'w1', 'w2', 'w3'] as const;
  const words = { op: OP[name], w0: 0, w1: 0, w2: 0, w3: 0, time: 0 };
  let next = 0;
  for (const [field, schema] of Object.entries(messages[name].shape) as [string, z.ZodInt][]) {
    const value = drawField(sender, name, field, schema);
    if (schema.maxValue === TIME_MAX) words.time = value;
    else words[small[next++]] = value;
  }
  return words;
}

/** Any op, any words. */
function drawNonsense(sender: Sender): Words {
  const { random } = sender;
  const word = () =>
    oneOf(random, [0, 1, -1, 0.5, 63, 2 ** 24, 2 ** 31, Number.NaN, small(random, 0, 99)]);
  const op = chance(random, 50) ? OP[oneOf(random, FOREIGN)] : between(random, 0, 255);
  return { op, w0: word(), w1: word(), w2: word(), w3: word(), time: word() };
}
