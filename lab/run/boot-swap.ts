/**
 * Booting, the stack of the swap server: where a scenario names layers, or pages have bytes, which a
 * plain device does not keep. The frames that layers keep pages in count among the servers' own.
 */

import { deliverAll } from '../../nucleus/ipc.ts';
import { type Kernel, NUCLEUS } from '../../nucleus/kernel.ts';
import { openFrames } from '../../servers/swap/frames.ts';
import { createLeasedFrames, type LeasedFrames } from '../../servers/swap/leased-frames.ts';
import { createStack, wireStack } from '../../servers/swap/stack/build.ts';
import type { LayerPlan } from '../../servers/swap/stack/plan.ts';
import type { PageWork, StackState } from '../../servers/swap/stack/stack.ts';
import type { SwapServerState } from '../../servers/swap/state.ts';
import type { SpaceState } from '../../sim-hw/address-space.ts';
import type { Costs } from '../../sim-hw/costs/index.ts';
import { type PageWorkFigures, pageWork } from '../../sim-hw/costs/page-work.ts';
import { devices } from '../../sim-hw/devices/index.ts';
import type { MediumFaults } from '../../sim-hw/devices/medium.ts';
import type { CellOptions } from './cell-options.ts';
import { containersFor, SWAP } from './layout.ts';

/** What a plain device is as a stack. */
const PLAIN: readonly LayerPlan[] = [{ layer: 'disk', fixed: true, cacheBlocks: 0 }];

/** The layers of a cell's swap, or null for a plain device. */
function layersOf({ swap, machine, tasks }: CellOptions): readonly LayerPlan[] | null {
  if (swap) return swap.layers;
  const isPlain = machine.fidelity !== 'bytes' || tasks.some(({ pageBytes }) => pageBytes !== 4096);
  return isPlain ? null : PLAIN;
}

export function createSwapStack(
  options: CellOptions,
  spaces: readonly SpaceState[],
  { copyNs }: Costs,
): StackState | null {
  const layers = layersOf(options);
  if (layers === null) return null;
  const { machine, seed } = options;
  return createStack(layers, {
    ids: spaces.reduce((sum, { pages }) => sum + pages, 0),
    order: Uint8Array.from(spaces.flatMap(({ pages, order }) => new Array(pages).fill(order))),
    roots: containersFor(options),
    keepsBytes: machine.fidelity === 'bytes',
    seed,
    work: { ...bareWork(pageWork[machine.costs]), copyNs },
    models: devices,
    device: machine.device,
  });
}

function bareWork(figures: PageWorkFigures): Omit<PageWork, 'copyNs'> {
  const entries = Object.entries(figures).map(([name, { value }]) => [name, value]);
  return Object.fromEntries(entries) as unknown as PageWork;
}

/** Frames off memory that the layers of a cell's swap keep pages in, those across a network apart. */
export function layerFrames(options: CellOptions): number {
  const { swap } = options;
  return swap && leaseOf(options) === null ? framesIn(swap.layers) : 0;
}

/** The contract of the swap server's own; null: there is none. */
export function leaseOf({ management, swap, terms }: CellOptions): LeasedFrames | null {
  const memory = management === 'contracts' ? swap?.memory : undefined;
  if (memory === undefined) return null;
  return createLeasedFrames(memory.guaranteed, memory.extra, terms.graceExtra);
}

/** The swap server makes its contract, before any task is there; its time is nobody's. */
export function openSwapFrames(kernel: Kernel): void {
  const server = kernel.receivers[SWAP].state as Partial<SwapServerState>;
  const { frames, stack } = server;
  if (!frames || !stack) return;
  kernel.state.account = NUCLEUS;
  openFrames(kernel, server as SwapServerState, frames, wireStack(stack, null as never));
  deliverAll(kernel);
  if (frames.agreed === frames.guaranteed) return;
  throw new RangeError(
    `swap.memory.guaranteed: ${frames.guaranteed} frames, but the memory server has fewer to ` +
      'promise; lower it, or give the machine more frames',
  );
}

function framesIn(layers: readonly LayerPlan[]): number {
  let frames = 0;
  for (const layer of layers) {
    if (layer.layer === 'remote') break;
    if (layer.layer === 'waiting' || layer.layer === 'compressed') frames += layer.frames;
    if (layer.layer === 'mirrored') frames += framesIn(layer.sides[0]) + framesIn(layer.sides[1]);
    if (layer.layer === 'tiered') frames += framesIn(layer.upper);
  }
  return frames;
}

/** From here on the devices fail as the scenario says. */
export function beginFaults(state: StackState, { swap }: CellOptions): void {
  if (!swap) return;
  const disks = disksOf(swap.layers);
  for (const [at, { faults }] of disks.entries())
    Object.assign(
      state.disks[at].medium.faults,
      faults satisfies Partial<MediumFaults> | undefined,
    );
}

/** Whether each disk of a plan, in order, is a part of the disk server's device, where there is one. */
export function areServed(layers: readonly LayerPlan[], isRemote = false): boolean[] {
  let isAway = isRemote;
  return layers.flatMap((layer) => {
    if (layer.layer === 'remote') isAway = true;
    if (layer.layer === 'disk') return [layer.device === undefined && !isAway];
    if (layer.layer === 'mirrored') return layer.sides.flatMap((side) => areServed(side, isAway));
    return layer.layer === 'tiered' ? areServed(layer.upper, isAway) : [];
  });
}

/** The disks of a plan, in the order in which a stack numbers them. */
function disksOf(layers: readonly LayerPlan[]): Extract<LayerPlan, { layer: 'disk' }>[] {
  return layers.flatMap((layer) => {
    if (layer.layer === 'disk') return [layer];
    if (layer.layer === 'mirrored') return layer.sides.flatMap(disksOf);
    return layer.layer === 'tiered' ? disksOf(layer.upper) : [];
  });
}
