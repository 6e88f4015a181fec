import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DONE } from '../../../contracts/refusals.ts';
import { askAlone, createStackAlone } from '../../../lab/run/stack-alone.ts';
import { diskLayer } from '../../../servers/swap/layers/disk.ts';
import { waitingLayer } from '../../../servers/swap/layers/waiting.ts';
import type { Layer } from '../../../servers/swap/stack/layer.ts';
import type { LayerPlan } from '../../../servers/swap/stack/plan.ts';
import { FETCH } from '../../../servers/swap/stack/requests.ts';
import { beginChild, belowOf, finish, recordOf } from '../../../servers/swap/stack/stack.ts';
import { stamped } from '../../../sim-hw/contents.ts';
import { devices } from '../../../sim-hw/devices/index.ts';
import { cloneState, hashState } from '../../../sim-hw/state.ts';
import {
  harmless,
  lossy,
  stacks,
  withAll,
  withFrames,
  withFramesTaken,
  withPowerCuts,
} from '../../support/stack-draws.ts';
import { act, createStackWorld, type Deed, settleWorld, WORK } from '../../support/stack-world.ts';

/** Plays the deeds; `change` may put another layer's code into the stack first. */
function play(
  plan: readonly LayerPlan[],
  deeds: readonly Deed[],
  keepsBytes = false,
  change: (layers: Layer[]) => void = () => {},
  order?: Uint8Array,
  guaranteed = 0,
): number {
  const world = createStackWorld(plan, keepsBytes, 5, order, guaranteed);
  change(world.alone.stack.layers as Layer[]);
  for (const deed of deeds) act(world, deed);
  settleWorld(world);
  return world.refused;
}

const runs = { seed: 11, numRuns: 1500 };

test('[SWAP11] what is stored is what is fetched, in every stack of depth 1 to 4', () => {
  fc.assert(
    fc.property(stacks(1, 4), harmless, (plan, deeds) => {
      play(plan, deeds);
    }),
    runs,
  );
});

test('[SWAP11] [SWAP13] after power cuts too, or a fetch says that it is not; what was flushed stays', () => {
  fc.assert(
    fc.property(stacks(1, 4), withPowerCuts, (plan, deeds) => {
      play(plan, deeds);
    }),
    runs,
  );
});

test('[SWAP12] nothing is lost silently, whatever drives do to reads and writes', () => {
  let refused = 0;
  fc.assert(
    fc.property(stacks(1, 4), withAll, (plan, deeds) => {
      refused += play(plan, deeds);
    }),
    runs,
  );
  expect(refused).toBeGreaterThan(1000);
});

test('[SWAP11] [SWAP12] the same with bytes', () => {
  fc.assert(
    fc.property(stacks(1, 4), withAll, (plan, deeds) => {
      play(plan, deeds, true);
    }),
    { seed: 12, numRuns: 60 },
  );
});

test('[SWAP22] [SWAP12] across networks that lose, delay and reorder nothing is lost silently', () => {
  fc.assert(
    fc.property(lossy, withAll, (plan, deeds) => {
      play(plan, deeds);
    }),
    { seed: 15, numRuns: 800 },
  );
});

/** Every third page is of one to eight base pages, and of the first of them there are two or more. */
const orders = Uint8Array.from({ length: 24 }, (_, id) => (id % 3 === 0 ? 1 + (id % 4) : 0));

test('[SWAP27] [SWAP11] [SWAP12] the same with pages of several base pages, whatever happens', () => {
  let refused = 0;
  for (const [numRuns, keepsBytes] of [
    [900, false],
    [40, true],
  ] as const)
    fc.assert(
      fc.property(stacks(1, 4), withAll, (plan, deeds) => {
        refused += play(plan, deeds, keepsBytes, undefined, orders);
      }),
      { seed: 16, numRuns },
    );
  expect(refused).toBeGreaterThan(1000);
});

test('[SWAP30] [SWAP11] frames come and go at any time: nothing is lost, nothing waits for ever', () => {
  fc.assert(
    fc.property(stacks(1, 4), withFrames, fc.integer({ min: 1, max: 9 }), (plan, deeds, least) => {
      play(plan, deeds, false, undefined, undefined, least);
    }),
    { seed: 17, numRuns: 1200 },
  );
});

test('[SWAP31] [SWAP12] what was in a frame that is taken is lost, and said to be; nothing else', () => {
  for (const [numRuns, keepsBytes] of [
    [1000, false],
    [60, true],
  ] as const)
    fc.assert(
      fc.property(stacks(1, 4), withFramesTaken, (plan, deeds) => {
        play(plan, deeds, keepsBytes, undefined, undefined, 3);
      }),
      { seed: 18, numRuns },
    );
});

test('[SWAP12] a drive whose lost writes nobody would notice is noticed here', () => {
  const trusting: Layer = {
    ...diskLayer,
    woken(stack, node, number) {
      diskLayer.woken(stack, node, number);
      if (recordOf(stack, number).kind === FETCH) recordOf(stack, number).reason = DONE;
    },
  };
  const trust = (layers: Layer[]) => {
    layers[layers.length - 1] = trusting;
  };
  const found = fc.check(
    fc.property(stacks(1, 4), withAll, (plan, deeds) => {
      play(plan, deeds, false, trust);
    }),
    { seed: 13, numRuns: 300 },
  );
  expect(found.failed).toBe(true);
});

test('[SWAP15] a list that forgets what waits is noticed too', () => {
  const forgetful: Layer = {
    ...waitingLayer,
    begin(stack, node, number) {
      const { kind, id, client, slot } = recordOf(stack, number);
      if (kind !== FETCH) return waitingLayer.begin(stack, node, number);
      beginChild(stack, belowOf(stack, node), FETCH, id, client, number, slot);
    },
  };
  const found = fc.check(
    fc.property(harmless, (deeds) => {
      play([{ layer: 'waiting', frames: 4 }, { layer: 'disk' }], deeds, false, (layers) => {
        layers[0] = forgetful;
      });
    }),
    { seed: 14, numRuns: 100 },
  );
  expect(found.failed).toBe(true);
});

test('[SWAP14] requests for one page go in the order in which they came', () => {
  const order: number[] = [];
  const world = createStackWorld([{ layer: 'disk' }], false, 1);
  const { told } = world.alone;
  world.alone.told = (root, reason) => {
    order.push(root);
    told(root, reason);
  };
  for (let i = 0; i < 3; i++) act(world, { do: i === 1 ? 'fetch' : 'store', id: 3, value: i + 1 });
  settleWorld(world);
  expect(order.slice(0, 3)).toEqual([0, 1, 2]);
});

test('[SWAP11] the state of a stack is plain: a copy goes on as the original does', () => {
  const plan: LayerPlan[] = [
    { layer: 'waiting', frames: 4 },
    { layer: 'compressed', frames: 3 },
    { layer: 'disk' },
  ];
  const options = {
    ids: 40,
    roots: 1,
    keepsBytes: false,
    seed: 3,
    work: WORK,
    models: devices,
    device: 'nvme',
  };
  const one = createStackAlone(plan, options);
  for (let id = 0; id < 40; id++) askAlone(one, 1, id, 1, stamped(id, id + 9));
  const copy = cloneState(one.stack.state);
  expect(hashState(copy)).toBe(hashState(one.stack.state));
  expect(hashState(createStackAlone(plan, options).stack.state)).not.toBe(hashState(copy));
  finish(one.stack, 0, DONE);
});
