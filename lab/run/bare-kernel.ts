/**
 * A bare kernel: for whoever speaks the protocol by hand rather than runs programs: dialogues, the
 * model checker, tests of servers. Nothing costs time, and programs are a run of pages that nobody
 * need execute.
 */

import { fireEvent } from '../../nucleus/clock.ts';
import { deliverAll } from '../../nucleus/ipc.ts';
import { createKernel, DEVICE_DONE, type Kernel, TIMER } from '../../nucleus/kernel.ts';
import { createSpace } from '../../sim-hw/address-space.ts';
import type { Costs } from '../../sim-hw/costs/index.ts';
import type { DeviceModel, DeviceState } from '../../sim-hw/devices/device.ts';
import { peekTime } from '../../sim-hw/event-queue.ts';
import { createFrames } from '../../sim-hw/frames.ts';
import type { PageTableFormat } from '../../sim-hw/page-table/index.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import { type TlbGeometry, tlbGeometries } from '../../sim-hw/tlb-geometry.ts';
import { createMmu } from '../../sim-hw/translation.ts';

export const FREE_COSTS: Costs = {
  referencePs: 1000,
  secondTlbPs: 0,
  walkStartPs: 0,
  walkProbePs: 0,
  trapNs: 0,
  messageNs: 0,
  mapNs: 0,
  scanNs: 0,
  zeroNs: 0,
  copyNs: 0,
  switchNs: 0,
};

export interface BareKernelOptions {
  readonly frames: number;
  /** Largest order of a run of frames. */
  readonly orderMax: number;
  readonly clients: number;
  /** What each client would execute; its pages are the size of its space. */
  readonly program: ReferenceString;
  readonly format: PageTableFormat;
  readonly costs: Costs;
  /** Absent: a Skylake's. */
  readonly tlb?: TlbGeometry;
  readonly slice: number;
  /** Containers there may be at a time. */
  readonly windows: number;
  readonly messagesMax: number;
  readonly planted: string;
  /** A pager of others is a task like others (nucleus/kernel.ts). */
  readonly pagerApart?: boolean;
}

/** A kernel with spaces for its clients, and no task yet. */
export function createBareKernel(options: BareKernelOptions): Kernel {
  const { frames, orderMax, clients, program, format, costs, slice, windows } = options;
  const pages = program.pageNumbers.length;
  const programs = Array.from({ length: clients }, () => program);
  return createKernel({
    costs,
    format,
    programs,
    schedule: {
      kind: 'slices',
      slice,
      ranked: false,
      overlap: true,
      atEnd: programs.map(() => 'exit'),
    },
    frames: createFrames(frames, orderMax),
    mmu: createMmu(options.tlb ?? tlbGeometries.skylake, clients * pages, costs, false),
    table: format.create(frames, clients),
    spaces: programs.map((_, i) => createSpace(i, i * pages, program, 0)),
    countsReferences: false,
    windows,
    messagesMax: options.messagesMax,
    logsSegments: false,
    planted: options.planted,
    address: { kernelMax: 0, pagerApart: options.pagerApart ?? false },
  });
}

/** A device that takes the same time for each request. */
export function fixedDevice(ns: number): DeviceModel {
  return {
    name: 'fixed',
    summary: 'a fixed time for each request',
    blocks: 2 ** 24,
    create: () => ({ kind: 'fixed', requests: 0, busyNs: 0, queuedNs: 0 }) as DeviceState,
    submit: (_state, nowNs) => nowNs + ns,
  };
}

/** Everything that is due within `ns` happens, each at its moment. */
export function letPass(kernel: Kernel, ns: number): void {
  const { state } = kernel;
  const until = state.nowNs + ns;
  for (;;) {
    const device = peekTime(state.deviceEvents);
    const timer = peekTime(state.timers);
    const next = Math.min(device, timer);
    if (next > until) break;
    state.nowNs = Math.max(state.nowNs, next);
    if (device <= timer) fireEvent(kernel, state.deviceEvents, DEVICE_DONE);
    else fireEvent(kernel, state.timers, TIMER);
    deliverAll(kernel);
  }
  state.nowNs = Math.max(state.nowNs, until);
}
