/**
 * A pipe: pages go from a writer's container into a reader's, through a server that holds none of them. Both
 * bring a container along and are answered when the pages are there. In the manner of fbufs (Druschel
 * and Peterson 1993) and IO-Lite (Pai and others 1999) the reader gets logical copies: no byte moves, whatever
 * the number of pages, and either side gets a frame of its own when it writes. A pipe that `copies` gives
 * the reader frames of its own at once, as read and write do: what that costs is to be seen beside it.
 *
 *   writePipe, readPipe (containers along) -> inspect both -> fromPages, intoPages, transferPages
 *      -> pagesDone [-> lock for writing: frames of its own -> unlock] -> inspect -> fileDone to both
 *
 * Left out: buffering (who comes first waits), more than one pair at a time, cached buffers that
 * keep their mappings.
 */

import { COPY, LOCK_PHYSICAL, LOCK_WRITES, OP } from '../../contracts/messages.ts';
import { BUSY, DONE, MALFORMED } from '../../contracts/refusals.ts';
import { isRefusal, isValid } from '../../contracts/validator.ts';
import { type CapabilityTable, removeCapability } from '../../nucleus/capabilities.ts';
import { reply, send } from '../../nucleus/ipc.ts';
import { DEATH, type Kernel, NUCLEUS, type Step } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import { isOver } from '../../nucleus/tasks.ts';

const WRITER = 0;
const READER = 1;
/** Tags of messages about both ends; those about one have its number. */
const TRANSFER = 2;
const OWN_FRAMES = 3;
const LAST = 4;

interface End {
  /** 0: nobody is there. */
  client: number;
  capability: number;
  tag: number;
  /** Pages of its container; below 0: not known yet. */
  pages: number;
}

export interface PipeState {
  readonly id: number;
  readonly memoryPort: number;
  /** The reader gets frames of its own. */
  readonly copies: boolean;
  readonly lockTime: number;
  readonly ends: readonly [End, End];
  /** Both ends are at work: nobody leaves. */
  busy: boolean;
  moved: number;
  reason: number;
}

export function createPipe(
  id: number,
  memoryPort: number,
  copies: boolean,
  lockTime: number,
): PipeState {
  const end = (): End => ({ client: 0, capability: -1, tag: 0, pages: -1 });
  const ends = [end(), end()] as const;
  return { id, memoryPort, copies, lockTime, ends, busy: false, moved: 0, reason: DONE };
}

/** Receiver step of a pipe. */
export const pipeStep: Step = (kernel, state, message) => {
  const pipe = state as PipeState;
  const { op, from, w0, w1, cameAlong } = message;
  if (from === NUCLEUS) {
    if (op === DEATH) leave(kernel, pipe, w0);
    return;
  }
  const table = kernel.state.capabilities[pipe.id] as CapabilityTable;
  if (from === table.object[pipe.memoryPort]) return heard(kernel, pipe, message);
  const isEnd = op === OP.writePipe || op === OP.readPipe;
  if (isEnd && cameAlong && isValid(message) && !isOver(kernel.state.tasks[from])) {
    const end = pipe.ends[op === OP.writePipe ? WRITER : READER];
    if (end.client === 0) return come(kernel, pipe, end, from, w0, w1);
    removeCapability(table, w0);
    reply(kernel, pipe.id, from, OP.fileDone, w1, BUSY, 0, 0, 0);
    return;
  }
  if (cameAlong) removeCapability(table, w0);
  if (!isRefusal(message)) reply(kernel, pipe.id, from, OP.refused, 0, MALFORMED, op & 255, 0, 0);
};

function come(
  kernel: Kernel,
  pipe: PipeState,
  end: End,
  client: number,
  capability: number,
  tag: number,
): void {
  end.client = client;
  end.capability = capability;
  end.tag = tag;
  end.pages = -1;
  if (pipe.ends.some((other) => other.client === 0)) return;
  pipe.busy = true;
  pipe.reason = DONE;
  pipe.moved = 0;
  for (const which of [WRITER, READER])
    tell(kernel, pipe, OP.inspectContainer, pipe.ends[which].capability, which, 0, 0);
}

/** What the memory server says: about one end, or about both. */
function heard(kernel: Kernel, pipe: PipeState, { op, w0, w1, w2 }: Message): void {
  const { ends } = pipe;
  if (!pipe.busy) return;
  if (w0 === LAST) return finish(kernel, pipe);
  if (op === OP.containerStands && w0 <= READER) {
    // Only pages that are there, from the first on, have anything in them.
    ends[w0].pages = w2 < w1 ? 0 : w1;
    if (w0 === READER) transfer(kernel, pipe);
  } else if (op === OP.pagesDone && w0 === TRANSFER) {
    if (!pipe.copies) return askLast(kernel, pipe);
    const how = LOCK_PHYSICAL + LOCK_WRITES;
    const { capability } = ends[READER];
    send(
      kernel,
      pipe.id,
      pipe.memoryPort,
      OP.lockPages,
      capability,
      how,
      OWN_FRAMES,
      0,
      pipe.lockTime,
    );
  } else if (op === OP.locked) {
    tell(kernel, pipe, OP.unlockContainer, ends[READER].capability, 0, 0, 0);
    askLast(kernel, pipe);
  } else if (op === OP.refused && isAboutTransfer(w2)) {
    pipe.reason = w1;
    pipe.moved = 0;
    // A look at the writer's container is followed by the one at the reader's.
    if (w2 !== OP.inspectContainer || w0 === READER) askLast(kernel, pipe);
  }
}

function isAboutTransfer(op: number): boolean {
  return op === OP.inspectContainer || op === OP.transferPages || op === OP.lockPages;
}

function transfer(kernel: Kernel, pipe: PipeState): void {
  const [writer, reader] = pipe.ends;
  pipe.moved = pipe.reason === DONE ? Math.min(writer.pages, reader.pages) : 0;
  if (pipe.moved <= 0) return askLast(kernel, pipe);
  // What was refused before is forgotten.
  tell(kernel, pipe, OP.fromPages, 0, 0, 0, 0);
  tell(kernel, pipe, OP.fromPages, writer.capability, 0, pipe.moved, 0);
  tell(kernel, pipe, OP.intoPages, reader.capability, 0, pipe.moved, 0);
  tell(kernel, pipe, OP.transferPages, COPY, TRANSFER, 0, 0);
}

/** When this is answered, whatever by, all that named the capabilities has been heard. */
function askLast(kernel: Kernel, pipe: PipeState): void {
  tell(kernel, pipe, OP.inspectContainer, pipe.ends[READER].capability, LAST, 0, 0);
}

function finish(kernel: Kernel, pipe: PipeState): void {
  const table = kernel.state.capabilities[pipe.id] as CapabilityTable;
  const { reason, moved } = pipe;
  pipe.busy = false;
  for (const end of pipe.ends) {
    removeCapability(table, end.capability);
    reply(kernel, pipe.id, end.client, OP.fileDone, end.tag, reason, Math.max(0, moved), 0, 0);
    end.client = 0;
  }
}

/** Who waited is gone. While both are at work the memory server tells of it. */
function leave(kernel: Kernel, pipe: PipeState, client: number): void {
  if (pipe.busy) return;
  const table = kernel.state.capabilities[pipe.id] as CapabilityTable;
  for (const end of pipe.ends) {
    if (end.client !== client) continue;
    removeCapability(table, end.capability);
    end.client = 0;
  }
}

function tell(
  kernel: Kernel,
  { id, memoryPort }: PipeState,
  op: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
): void {
  send(kernel, id, memoryPort, op, w0, w1, w2, w3, 0);
}
