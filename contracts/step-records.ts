/** Step records: a protocol step as a line of an event log; what is left out: event-records.ts. */

import { z } from 'zod';
import { count, task } from './contract-records.ts';

const stepStamp = { at: count, ns: count };
const ofTask = { ...stepStamp, task };
const ofPage = { ...ofTask, page: count, number: count };

export const stepKinds = [
  /** Put under way. `along`: a capability came with it; not `valid`: malformed, as some lie. */
  z.strictObject({
    kind: z.literal('message'),
    ...stepStamp,
    op: z.string(),
    from: task,
    to: task,
    account: task,
    fields: z.record(z.string(), z.number()),
    along: z.boolean(),
    valid: z.boolean(),
  }),
  /** `task` stopped at a page; `pager` is told. `mapped`: it may read the page, not write. */
  z.strictObject({
    kind: z.literal('fault'),
    ...ofPage,
    pager: task,
    access: z.enum(['read', 'write', 'fetch']),
    mapped: z.boolean(),
  }),
  /** The fault is over. `first`: the page had never been touched. */
  z.strictObject({
    kind: z.literal('settled'),
    ...ofPage,
    how: z.enum(['hard', 'soft', 'lost']),
    first: z.boolean(),
    stallNs: count,
  }),
  z.strictObject({ kind: z.literal('map'), ...ofPage, frame: count, writable: z.boolean() }),
  z.strictObject({
    kind: z.literal('unmap'),
    ...ofPage,
    frame: count,
    referenced: z.boolean(),
    modified: z.boolean(),
  }),
  /** A run of 2^order frames came into the hands of `task`, or left them. */
  z.strictObject({ kind: z.literal('hold'), ...ofTask, frame: count, order: count }),
  z.strictObject({
    kind: z.literal('release'),
    ...ofTask,
    frame: count,
    order: count,
    cause: z.enum(['returned', 'taken', 'inherited', 'reclaimed']),
  }),
  /** The server moved a run of the task's, with its contents and mapping, to `into`. */
  z.strictObject({ kind: z.literal('move'), ...ofTask, frame: count, order: count, into: count }),
  /** A device is done with operation `word` of the server `to`. */
  z.strictObject({
    kind: z.literal('device'),
    ...stepStamp,
    to: task,
    word: count,
    account: task,
  }),
  /** It moved data through a window onto `frame`; a completion without this moved nothing. */
  z.strictObject({
    kind: z.literal('transfer'),
    ...stepStamp,
    holder: task,
    window: count,
    frame: count,
  }),
  z.strictObject({ kind: z.literal('timer'), ...stepStamp, to: task, word: count, account: task }),
  z.strictObject({ kind: z.literal('start'), ...ofTask }),
  /** The program is over, or was killed; its mappings are gone by now. */
  z.strictObject({ kind: z.literal('end'), ...ofTask, killed: z.boolean() }),
] as const;

export const stepEventSchema = z.discriminatedUnion('kind', [...stepKinds]);

export type StepEvent = z.infer<typeof stepEventSchema>;
