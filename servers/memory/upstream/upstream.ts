/**
 * Upstream: a memory server behind another one. To the server above it is a client like any other
 * (contract, reserveRun, returnRange, notice); what that grants it, it lends to clients of its own by
 * the same code as the server of the machine. It promises no more than it is promised [STACK2].
 *
 *   contract G, E ---> contractIs ---> reserveRun until G frames are in the pool
 *   a client is refused an extra for want of frames ---> reserveRun, extras, a few at a time
 *   notice(n) ---> free frames go back at once; for the rest notices to its own clients [STACK3]
 *   loss ---> the frames are gone from its clients' hands already (reclaim.ts) [STACK4]
 *
 * State alone here; what is done with it: asking.ts, paying.ts, reclaim.ts, reselling.ts.
 */

import type { Kernel } from '../../../nucleus/kernel.ts';
import { createPool, type FramesState } from '../../../sim-hw/frames.ts';
import { holdingDoubles } from '../../../sim-hw/shape.ts';

/** In place of an order: nothing is asked for. */
export const NOT_ASKED = -1;
/** In place of a slot. */
export const NO_SLOT = -1;

export interface UpstreamState {
  /** The server above, and the port to it. */
  readonly id: number;
  readonly port: number;
  /** The contract it wishes for. */
  readonly wish: { readonly guaranteed: number; readonly extra: number };
  /** The contract in force. */
  guaranteed: number;
  extra: number;
  /** Order of the run that it has asked for, or NOT_ASKED; and of the next one worth asking for. */
  asked: number;
  order: number;
  /** Extras its clients could use, and that it has not asked for since. */
  wanted: number;
  /** No extras are asked for before: there were none. */
  notBefore: number;
  /** Frames that a notice asks for and that are not on their way back yet, and until when. */
  owed: number;
  deadline: number;
  /** By frame: the slot of its own table that it came in, or NO_SLOT. */
  readonly slotOf: Int32Array;
  readonly pool: FramesState;
}

/** `id`: the memory server that stands behind `above`, to which it has a port. */
export function createUpstream(
  frames: FramesState,
  id: number,
  above: number,
  port: number,
  wish: UpstreamState['wish'],
): UpstreamState {
  return holdingDoubles<UpstreamState>(
    {
      id: above,
      port,
      wish,
      guaranteed: 0,
      extra: 0,
      asked: NOT_ASKED,
      order: frames.buddy.orderMax,
      wanted: 0,
      notBefore: 0,
      owed: 0,
      deadline: 0,
      slotOf: new Int32Array(frames.count).fill(NO_SLOT),
      pool: createPool(frames, id),
    },
    'notBefore',
    'deadline',
  );
}

/** Where a server takes frames from: the machine's, or those it was granted. */
export function poolOf(
  kernel: Kernel,
  { upstream }: { readonly upstream: UpstreamState | null },
): FramesState {
  return upstream === null ? kernel.state.frames : upstream.pool;
}
