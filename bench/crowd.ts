/**
 * A crowd: a machine with the memory server and clients that speak the protocol by hand, at the
 * costs of a modern machine, for rows that measure what a server does with a message.
 */

import { termsSchema } from '../contracts/terms.ts';
import { fireEvent } from '../nucleus/clock.ts';
import { deliverAll, send } from '../nucleus/ipc.ts';
import { addTask, createKernel, type Kernel, TIMER } from '../nucleus/kernel.ts';
import { memoryServerStep } from '../servers/memory/server.ts';
import { createMemoryServerState } from '../servers/memory/state.ts';
import { createSpace } from '../sim-hw/address-space.ts';
import { bareCosts, type CostProfile, costProfiles } from '../sim-hw/costs/index.ts';
import { peekTime } from '../sim-hw/event-queue.ts';
import { createFrames } from '../sim-hw/frames.ts';
import { pageTableFormats } from '../sim-hw/page-table/index.ts';
import type { ReferenceString } from '../sim-hw/references.ts';
import { tlbGeometries } from '../sim-hw/tlb-geometry.ts';
import { createMmu } from '../sim-hw/translation.ts';

/** Task ids: the memory server, and the first client. */
export const MEMORY = 1;
export const FIRST = 2;

export interface CrowdPlan {
  readonly frames: number;
  /** Address spaces, of `pages` pages each. */
  readonly spaces: number;
  readonly pages: number;
  /** Containers of one run. */
  readonly containers: number;
}

export function createMachine({ frames, spaces, pages, containers }: CrowdPlan): Kernel {
  const format = pageTableFormats['x86-64'];
  const geometry = tlbGeometries.skylake;
  if (format === undefined || geometry === undefined) throw new Error('bench: no such machine');
  const costs = bareCosts(costProfiles['modern-nvme'] as CostProfile);
  const pageNumbers = Float64Array.from({ length: pages }, (_, page) => page);
  const program: ReferenceString = { references: 1, runs: new Uint32Array(1), pageNumbers };
  const programs = Array.from({ length: spaces }, () => program);
  const kernel = createKernel({
    costs,
    format,
    programs,
    schedule: { kind: 'slices', slice: 1000, ranked: false, overlap: true, atEnd: [] },
    frames: createFrames(frames, 0),
    mmu: createMmu(geometry, Math.max(1, spaces * pages), costs, false),
    table: format.create(frames, Math.max(1, spaces)),
    spaces: programs.map((_, i) => createSpace(i, i * pages, program, 0)),
    countsReferences: false,
    windows: containers,
    messagesMax: 1 << 20,
    logsSegments: false,
  });
  const terms = termsSchema.parse({ graceExtra: 1_000_000, graceShrink: 1, penalty: 'kill' });
  const server = createMemoryServerState(MEMORY, frames, terms, containers, null);
  addTask(kernel, 'memory', -1, { step: memoryServerStep, state: server });
  return kernel;
}

/** Sends a message through the client's first port; returns when all it caused has happened. */
export function say(
  kernel: Kernel,
  from: number,
  op: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
  time: number,
): void {
  kernel.state.account = from;
  send(kernel, from, 0, op, w0, w1, w2, w3, time);
  deliverAll(kernel);
}

/** Terms and deadlines whose moment has come. */
export function fireDue(kernel: Kernel): void {
  const { state } = kernel;
  while (peekTime(state.timers) <= state.nowNs) {
    fireEvent(kernel, state.timers, TIMER);
    deliverAll(kernel);
  }
}
