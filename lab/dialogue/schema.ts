/**
 * Dialogue schema: a file in which tasks speak the protocol by hand, message by message, and say
 * what they expect to hear. docs/dialogues.md explains it.
 */

import { z } from 'zod';
import { type MessageName, messages } from '../../contracts/messages.ts';
import { termsSchema } from '../../contracts/terms.ts';
import { claimNames } from '../../servers/memory/containers/page-state.ts';
import { pageTableFormats } from '../../sim-hw/page-table/index.ts';

const name = z.string().min(1).max(30);
const message = z.enum(Object.keys(messages) as [MessageName, ...MessageName[]]);
/** A number, or the name under which an earlier answer was kept. */
const value = z.union([z.number(), name]);
const note = z.string().optional();

const outcome = {
  /** What the task hears until all is quiet; absent: nothing, or the refusal. */
  hears: z.union([message, z.array(message)]).optional(),
  /** The reason for which it is refused. */
  refused: name.optional(),
  /** Fields of the first message heard. */
  finds: z.record(name, value).optional(),
  /** Fields of the first message heard for later steps: field to name. */
  keep: z.record(name, name).optional(),
  /** Mappings dropped by now, where the page table has room for one a frame. */
  aliases: z.int().min(0).optional(),
  note,
};

const stepSchema = z.strictObject({
  task: name.optional(),
  say: message.optional(),
  /** To another task, or `swap`; absent: to the memory server. */
  to: name.optional(),
  with: z.record(name, value).default({}),
  /** A capability that goes along; the receiver's own is kept under `theirs`. */
  along: name.optional(),
  theirs: name.optional(),
  ...outcome,
  /** Nobody says anything for so many nanoseconds. */
  wait: z.int().min(1).max(1e15).optional(),
  kill: name.optional(),
  /** Said only without the defence, or only with it; absent: both times. */
  when: z.enum(['undefended', 'defended']).optional(),
});
export type DialogueStep = z.infer<typeof stepSchema>;

export const dialogueSchema = z.strictObject({
  name: z.string().min(1).max(60),
  frames: z.int().min(1).max(4096),
  /** Pages in the space of each task. */
  pages: z.int().min(1).max(1024).default(16),
  tasks: z.array(name).min(1).max(8),
  /** Moments are nanoseconds; nothing but waiting takes any. */
  terms: termsSchema
    .extend({
      graceExtra: termsSchema.shape.graceExtra.default(100),
      graceShrink: termsSchema.shape.graceShrink.default(1000),
    })
    .prefault({}),
  pageTable: z.enum(Object.keys(pageTableFormats)).default('x86-64'),
  /** Who pays for a frame that several use. */
  claims: z.enum(claimNames).default('first'),
  /** A switch: the dialogue is spoken without that defence first, then with it. */
  undefended: name.optional(),
  steps: z.array(stepSchema).min(1).max(1000),
});
export type DialogueDocument = z.infer<typeof dialogueSchema>;
