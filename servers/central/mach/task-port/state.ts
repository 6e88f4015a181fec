/**
 * The virtual memory server: its state, and what it takes as given. Three kinds of things have names
 * (names.ts): address spaces, memory objects, and memory under way.
 */

import type { Kernel } from '../../../../nucleus/kernel.ts';
import * as mach from '../vm/index.ts';
import { createNames, type Names } from './names.ts';
import type { Waiting } from './waiting.ts';

/** What one task may have of what all have to share. Chosen here. */
export interface VmServerLimits {
  /** Pages that are wired in the spaces that it has made. */
  readonly wiredMax: number;
  /** Pages of the memory objects that it has made. */
  readonly objectPagesMax: number;
  /** What it has taken, and nobody has taken out yet. */
  readonly underWayMax: number;
  /** Requests that wait for memory, and how long each; 0: none does. */
  readonly waitingMax: number;
  readonly patienceNs: number;
}

export interface VmServerState {
  readonly id: number;
  readonly vm: mach.VmState;
  readonly parameters: mach.VmParameters;
  readonly limits: VmServerLimits;
  /** Of tasks of the virtual memory. */
  readonly spaces: Names;
  /** Of its pagers: files of the server's own. */
  readonly objects: Names;
  /** By object: its pages. */
  readonly objectPages: number[];
  /** Pagers of objects that have ended, and that somebody maps still. */
  readonly ending: number[];
  /** Of its copied memory. */
  readonly underWay: Names;
  /** What memory is too short for, the oldest first. */
  readonly waiting: Waiting[];
  nextWait: number;
}

export function createVmServerState(
  id: number,
  options: mach.VmOptions,
  limits: Partial<VmServerLimits> = {},
): VmServerState {
  const { state: vm, parameters } = mach.createVm(options);
  return {
    id,
    vm,
    parameters,
    limits: {
      wiredMax: Math.floor(vm.resident.queue.length / 4),
      objectPagesMax: Math.floor(parameters.blocks / 2),
      underWayMax: 16,
      waitingMax: 4,
      patienceNs: 1_000_000_000,
      ...limits,
    },
    spaces: createNames(),
    objects: createNames(),
    objectPages: [],
    ending: [],
    underWay: createNames(),
    waiting: [],
    nextWait: 1,
  };
}

/** The virtual memory that the server works on, with the format of the machine's page tables. */
export function memoryOf(kernel: Kernel, { vm, parameters }: VmServerState): mach.Vm {
  return { state: vm, parameters, format: kernel.format };
}
