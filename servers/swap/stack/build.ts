/** Building: a plan becomes the state of a stack; a state is wired to code and world. */

import { assert } from '../../../sim-hw/assert.ts';
import type { DeviceModel } from '../../../sim-hw/devices/device.ts';
import { createMedium } from '../../../sim-hw/devices/medium.ts';
import { createNetwork, networkFigures } from '../../../sim-hw/devices/network.ts';
import { seedOf } from '../../../sim-hw/random.ts';
import { compressedLayer } from '../layers/compressed.ts';
import { createCompressed, idsBelowCompressed } from '../layers/compressed-state.ts';
import {
  createDeduplicating,
  deduplicatingLayer,
  idsBelowDeduplicating,
} from '../layers/deduplicating.ts';
import { diskLayer } from '../layers/disk.ts';
import { createDisk } from '../layers/disk-state.ts';
import { createEncrypting, encryptingLayer } from '../layers/encrypting.ts';
import { createMirrored, mirroredLayer } from '../layers/mirrored.ts';
import { createRemote, remoteLayer } from '../layers/remote.ts';
import { createSuperpages, idsBelowSuperpages, superpagesLayer } from '../layers/superpages.ts';
import { tieredLayer } from '../layers/tiered.ts';
import { createTiered } from '../layers/tiered-state.ts';
import { waitingLayer } from '../layers/waiting.ts';
import { createWaiting } from '../layers/waiting-state.ts';
import type { Layer, Port } from './layer.ts';
import type { DiskLayerPlan, LayerPlan, RemoteLayerPlan } from './plan.ts';
import { createPool } from './requests.ts';
import { type NodeState, OWN_DEVICE, type PageWork, type Stack, type StackState } from './stack.ts';

/** Layers by name. */
const layers: Readonly<Record<string, Layer>> = {
  disk: diskLayer,
  waiting: waitingLayer,
  compressed: compressedLayer,
  deduplicating: deduplicatingLayer,
  encrypting: encryptingLayer,
  mirrored: mirroredLayer,
  tiered: tieredLayer,
  remote: remoteLayer,
  superpages: superpagesLayer,
};

/** Blocks of a cluster; blocks that a file grows by; writes that a drive may have in its cache. */
const CLUSTER = 16;
const GROW = 256;
const CACHE_BLOCKS = 64;
/** Blocks of a partition beyond one a page: for pages that are written anew before the old goes. */
const BLOCKS_MORE = 64;
const WRITERS = 4;
const REMOTE = { loss: 0, timeoutNs: 100_000_000, tries: 6 };

export interface StackOptions {
  /** Pages that the stack is for: ids 0 to `ids` - 1. */
  readonly ids: number;
  /** By id: base-2 log of its base pages; absent: 0 for all. */
  readonly order?: Uint8Array;
  /** Requests that its user may have under way. */
  readonly roots: number;
  readonly keepsBytes: boolean;
  readonly seed: number;
  readonly work: PageWork;
  /** Device models by name, and the one of a disk that names none. */
  readonly models: Readonly<Record<string, DeviceModel>>;
  readonly device: string;
}

/** The state of a stack of these layers, nothing stored. */
export function createStack(plan: readonly LayerPlan[], options: StackOptions): StackState {
  const state: StackState = {
    nodes: [],
    pool: createPool(options.roots, options.keepsBytes),
    disks: [],
    work: options.work,
    ended: [],
    head: 0,
  };
  const { ids, order } = options;
  if (order?.some((one) => one > 0) !== true) addNode(state, plan, ids, options);
  else {
    const below = [1];
    const line = new Int32Array(ids);
    state.nodes.push({ layer: 'superpages', ids, below, line, state: createSuperpages(order) });
    addNode(state, plan, idsBelowSuperpages(order), options);
  }
  return state;
}

/** The stack of that state in that world. */
export function wireStack(state: StackState, port: Port): Stack {
  return { state, layers: state.nodes.map(({ layer }) => layers[layer] as Layer), port };
}

/** Adds the first layer of the list and all below it; returns its node. */
function addNode(
  state: StackState,
  plan: readonly LayerPlan[],
  ids: number,
  options: StackOptions,
): number {
  const [first, ...rest] = plan;
  assert(first !== undefined, 'stack: a list of layers ends without a disk');
  const node = state.nodes.length;
  const below: number[] = [];
  const place = (layerState: object): number => {
    state.nodes.push({
      layer: first.layer,
      ids,
      below,
      line: new Int32Array(ids),
      state: layerState,
    } satisfies NodeState);
    return node;
  };
  switch (first.layer) {
    case 'disk':
      return place(addDisk(state, first, ids, options));
    case 'waiting': {
      const { frames, low = Math.ceil(frames / 4), writers = WRITERS } = first;
      place(createWaiting({ frames, low, writers }, ids));
      below.push(addNode(state, rest, ids, options));
      return node;
    }
    case 'compressed': {
      const { frames, framesMin = Math.min(frames, 4) } = first;
      const seed = seedOf(options.seed, `sizes ${node}`);
      place(createCompressed({ frames, framesMin, seed }, ids));
      below.push(addNode(state, rest, idsBelowCompressed(ids, frames), options));
      return node;
    }
    case 'deduplicating':
      place(createDeduplicating(ids, seedOf(options.seed, `bodies ${node}`)));
      below.push(addNode(state, rest, idsBelowDeduplicating(ids), options));
      return node;
    case 'encrypting':
      place(createEncrypting(ids, seedOf(options.seed, `keys ${node}`)));
      below.push(addNode(state, rest, ids, options));
      return node;
    case 'mirrored':
      place(createMirrored(ids));
      for (const side of first.sides) below.push(addNode(state, side, ids, options));
      return node;
    case 'tiered': {
      const { pages, low = Math.ceil(pages / 8) } = first;
      place(createTiered({ pages, low }, ids));
      below.push(addNode(state, first.upper, pages, options));
      below.push(addNode(state, rest, ids, options));
      return node;
    }
    case 'remote':
      place(remoteOf(first, ids, seedOf(options.seed, `network ${node}`)));
      below.push(addNode(state, rest, ids, options));
      return node;
  }
}

function remoteOf(plan: RemoteLayerPlan, ids: number, seed: number) {
  const { latencyNs, jitterNs, bytesPerSecond } = networkFigures;
  const { timeoutNs = REMOTE.timeoutNs, tries = REMOTE.tries } = plan;
  const network = createNetwork(
    {
      latencyNs: plan.latencyNs ?? latencyNs.value,
      jitterNs: plan.jitterNs ?? jitterNs.value,
      bytesPerSecond: plan.bytesPerSecond ?? bytesPerSecond.value,
      loss: plan.loss ?? REMOTE.loss,
    },
    seed,
  );
  return createRemote({ timeoutNs, tries }, network, ids);
}

function addDisk(state: StackState, plan: DiskLayerPlan, ids: number, options: StackOptions) {
  const { device = options.device, pageBlocks = 1, fixed = false, grow = GROW } = plan;
  const { cluster = CLUSTER, cacheBlocks = CACHE_BLOCKS } = plan;
  const blocks = plan.blocks ?? (fixed ? ids : ids + BLOCKS_MORE);
  const blocksMax = Math.max(blocks, plan.blocksMax ?? blocks);
  const model = options.models[device] as DeviceModel;
  const disk = state.disks.length;
  state.disks.push({
    model: device,
    device: model.create(seedOf(options.seed, disk === 0 ? 'device' : `device ${disk}`)),
    medium: createMedium(blocksMax, seedOf(options.seed, `medium ${disk}`), cacheBlocks),
    base: OWN_DEVICE,
    isGone: false,
  });
  return createDisk({ disk, blocks, blocksMax, grow, cluster, fixed, pageBlocks }, ids);
}
