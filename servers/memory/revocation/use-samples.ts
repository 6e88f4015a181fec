/**
 * Use samples: how much of what it holds a client uses, estimated from a few of its runs (ESX,
 * Waldspurger 2002: 100 random pages of each machine in 30 s).
 *
 *   begin of a period   the next `idleSamples` runs of the client's table: use forgotten
 *   end of it           how many of them have been used
 *
 * As there the estimate is the greatest of the last sample, a fast average and a slow one: who uses
 * more is believed at once, who uses less only by and by. A look is a charged scan, and shows the
 * client's own pager nothing (nucleus/frame-use.ts). Left out: chance (the runs are taken in the
 * order of slots, so a client that knew could touch those that are looked at).
 */

import { type CapabilityTable, frameAt } from '../../../nucleus/capabilities.ts';
import { lookAtUse } from '../../../nucleus/frame-use.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import type { Client, MemoryServerState } from '../state.ts';

/** In thousandths. */
export const ALL = 1000;

export interface ClientSample {
  /** The slot to begin with next. */
  hand: number;
  /** First frames of the runs that are looked at in this period. */
  readonly frames: number[];
  /** Averages, in thousandths. */
  fast: number;
  slow: number;
}

export interface UseSamplesState {
  /** By client id; null: not looked at yet. */
  readonly clients: (ClientSample | null)[];
}

export function createUseSamples(): UseSamplesState {
  return { clients: [] };
}

/** Ends a client's period and begins the next one; returns the part in use, in thousandths. */
export function sampleUse(
  kernel: Kernel,
  server: MemoryServerState,
  samples: UseSamplesState,
  client: Client,
): number {
  const sample = sampleOf(samples, client.id);
  const current = usedOf(kernel, client.id, sample);
  sample.fast = (sample.fast + current) / 2;
  sample.slow = (7 * sample.slow + current) / 8;
  chooseRuns(kernel, client.id, sample, server.terms.idleSamples);
  return Math.max(current, sample.fast, sample.slow);
}

/** Of the runs chosen that it still has: those that were used; all, where none is left. */
function usedOf(kernel: Kernel, id: number, { frames }: ClientSample): number {
  const { owner } = kernel.state.frames;
  let there = 0;
  let used = 0;
  for (const frame of frames) {
    if (owner[frame] !== id) continue;
    there++;
    if (lookAtUse(kernel, frame)) used++;
  }
  return there === 0 ? ALL : (ALL * used) / there;
}

function chooseRuns(kernel: Kernel, id: number, sample: ClientSample, count: number): void {
  const table = kernel.state.capabilities[id] as CapabilityTable;
  sample.frames.length = 0;
  for (let step = 0; step < table.slots && sample.frames.length < count; step++) {
    if (sample.hand >= table.slots) sample.hand = 0;
    const frame = frameAt(table, sample.hand++);
    if (frame < 0) continue;
    lookAtUse(kernel, frame);
    sample.frames.push(frame);
  }
}

function sampleOf({ clients }: UseSamplesState, id: number): ClientSample {
  while (clients.length <= id) clients.push(null);
  const known = clients[id];
  if (known !== null && known !== undefined) return known;
  const sample = { hand: 0, frames: [], fast: ALL, slow: ALL };
  clients[id] = sample;
  return sample;
}
