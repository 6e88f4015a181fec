/**
 * A pager's servers: what a pager that keeps its pages outside says to a memory server and to swap servers, and
 * hears of them [EMMI18]. It names them by ports of its own, in this order, and believes nobody else.
 *
 *   port 0   the memory server, for the frames that it moves pages through
 *   port 1…  swap servers
 */

import { fieldsOf, wordsOf } from '../../../../contracts/message-fields.ts';
import { type MessageName, messageName, OP } from '../../../../contracts/messages.ts';
import type { CapabilityTable } from '../../../../nucleus/capabilities.ts';
import { readSlot, writeSlot } from '../../../../nucleus/frame-contents.ts';
import { send, sendCapability } from '../../../../nucleus/ipc.ts';
import { DEATH, type Kernel, NUCLEUS, TIMER } from '../../../../nucleus/kernel.ts';
import { START } from '../../../../nucleus/life.ts';
import type { Message } from '../../../../nucleus/messages.ts';
import { createContents } from '../../../../sim-hw/contents.ts';
import { NONE } from '../vm/index.ts';
import type { PagerKernel, PagerStorage, ServerAnswer } from './pager.ts';

/** What the message tells a pager of its servers, or undefined: it is not of them. */
export function answerOf(
  kernel: Kernel,
  task: number,
  { servers }: PagerStorage,
  message: Message,
): ServerAnswer | undefined {
  const { from, op, w0 } = message;
  const table = kernel.state.capabilities[task] as CapabilityTable;
  const portOf = (server: number) => {
    for (let port = 0; port <= servers; port++) if (table.object[port] === server) return port;
    return NONE;
  };
  if (from === NUCLEUS) {
    if (op === START) return { port: NONE, name: 'start', fields: {} };
    if (op === TIMER) return { port: NONE, name: 'alarm', fields: { word: w0 } };
    const port = op === DEATH ? portOf(w0) : NONE;
    return port === NONE ? undefined : { port, name: 'death', fields: {} };
  }
  const port = portOf(from);
  const name = messageName(op);
  return port === NONE || name === undefined
    ? undefined
    : { port, name, fields: fieldsOf(message) };
}

/** What a pager may say to its servers, and do with the frames it has of them. */
export function serverCalls(
  kernel: Kernel,
  task: number,
  keepsBytes: boolean,
): Pick<PagerKernel, 'ask' | 'fill' | 'load'> {
  return {
    ask: (port, name, fields, along = NONE) => {
      const { w0, w1, w2, w3, time } = wordsOf(name as MessageName, fields);
      const op = OP[name as MessageName];
      if (along === NONE) return send(kernel, task, port, op, w0, w1, w2, w3, time);
      return sendCapability(kernel, task, port, op, along, w1, w2, w3);
    },
    fill: (slot, contents) => writeSlot(kernel, task, slot, contents),
    load: (slot) => {
      const contents = createContents(keepsBytes);
      return readSlot(kernel, task, slot, contents) ? contents : undefined;
    },
  };
}
