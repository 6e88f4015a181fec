/**
 * A stack of swap layers alone: with a clock and devices of its own and no kernel around it. For
 * tests and benchmarks of stacks.
 */

import { createStack, type StackOptions, wireStack } from '../../servers/swap/stack/build.ts';
import type { Port } from '../../servers/swap/stack/layer.ts';
import type { LayerPlan } from '../../servers/swap/stack/plan.ts';
import { STORE } from '../../servers/swap/stack/requests.ts';
import { type Disk, type Stack, submitRoot, wake } from '../../servers/swap/stack/stack.ts';
import { type Contents, copyContents, createContents } from '../../sim-hw/contents.ts';
import type { DeviceModel } from '../../sim-hw/devices/device.ts';
import {
  createEventQueue,
  type EventQueueState,
  peekTime,
  popEvent,
  pushEvent,
} from '../../sim-hw/event-queue.ts';

export interface StackAlone {
  readonly stack: Stack;
  readonly queue: EventQueueState;
  nowNs: number;
  /** CPU time charged. */
  workNs: number;
  /** By root: what a store is to take, and how the last request ended. */
  readonly sources: Contents[];
  readonly reasons: Int32Array;
  /** Called when a root has ended. */
  told: (root: number, reason: number) => void;
}

export function createStackAlone(plan: readonly LayerPlan[], options: StackOptions): StackAlone {
  const state = createStack(plan, options);
  const queue = createEventQueue(64);
  const alone = { queue, nowNs: 0, workNs: 0 } as StackAlone;
  const port: Port = {
    nowNs: () => alone.nowNs,
    charge: (ns) => {
      alone.workNs += ns;
    },
    wakeAt: (timeNs, request) => pushEvent(queue, timeNs, 0, 0, request),
    submit(at, block, blocks, write, request) {
      const { model, device } = state.disks[at] as Disk;
      let end = alone.nowNs;
      for (let i = 0; i < blocks; i++)
        end = (options.models[model] as DeviceModel).submit(device, alone.nowNs, block + i, write);
      pushEvent(queue, end, 0, 0, request);
    },
    fill(root) {
      copyContents(state.pool.contents[root] as Contents, alone.sources[root] as Contents);
      return 0;
    },
    ended(root) {
      const { reason } = state.pool.records[root] as { reason: number };
      alone.reasons[root] = reason;
      alone.told(root, reason);
    },
  };
  return Object.assign(alone, {
    stack: wireStack(state, port),
    sources: Array.from({ length: options.roots }, () => createContents(options.keepsBytes)),
    reasons: new Int32Array(options.roots),
    told: () => {},
  });
}

/** The next thing that is due happens; false: nothing is. */
export function stepAlone(alone: StackAlone): boolean {
  const { queue } = alone;
  if (queue.size === 0) return false;
  alone.nowNs = Math.max(alone.nowNs, peekTime(queue));
  popEvent(queue);
  wake(alone.stack, queue.b);
  return true;
}

/** One request by root 0, from begin to end; returns how it ended. */
export function askAlone(
  alone: StackAlone,
  kind: number,
  id: number,
  client = 1,
  contents?: Contents,
): number {
  let ended = false;
  const { told } = alone;
  alone.told = (root) => {
    if (root === 0) ended = true;
  };
  if (kind === STORE && contents !== undefined)
    copyContents(alone.sources[0] as Contents, contents);
  submitRoot(alone.stack, 0, kind, id, client);
  while (!ended) if (!stepAlone(alone)) throw new Error('stack: a request never ends');
  alone.told = told;
  return alone.reasons[0] as number;
}
