/** What the nucleus tells of a step, and what scripted clients do with a frame that they are granted. */

import type { Probe } from '../../nucleus/probe.ts';
import { isOver } from '../../nucleus/tasks.ts';
import { LOCKED, pagesOn } from '../../servers/memory/containers/page-state.ts';
import { CONTAINER_LOCKED } from '../../servers/memory/state.ts';
import { SPACE_PAGES } from './flat-table.ts';
import { FIRST, type World } from './world.ts';

export function createProbe(world: World): Probe {
  const { happened, records } = world;
  return {
    mapped: () => {},
    unmapped: () => {},
    resumed: () => {},
    granted(_kernel, task, frame) {
      const { held, guaranteed } = records[task - FIRST];
      happened.granted.push(task, held, guaranteed);
      // A frame with pages on it is paid for by another from here on: nobody touches it.
      const isNew = pagesOn(world.memory.pages, frame).length === 0;
      if (isNew && world.pagers[task - FIRST] === null) useFrame(world, task - FIRST, frame);
    },
    released(_kernel, task, _frame, _order, cause) {
      if (cause === 1) happened.taken.push(task);
    },
    transferred(_kernel, window) {
      happened.moved++;
      if (happened.stale || !isOpen(world, window)) happened.leaked.push(window);
    },
    clockMoved: () => {},
  };
}

/** Whether a lock is on that the window belongs to, and its holder alive. */
function isOpen({ kernel, memory }: World, window: number): boolean {
  const { windowFrame, tasks } = kernel.state;
  const thin = memory.containers.records[window];
  const thick = memory.pages.containers[window - windowFrame.length];
  const isLocked = thin?.status === CONTAINER_LOCKED || thick?.status === LOCKED;
  return isLocked && !isOver(tasks[(thin ?? thick).holder]);
}

/**
 * A scripted client looks at what it is granted and writes to it in the same moment: if it did so
 * when it hears of it, every frame would only have one state more.
 */
function useFrame(world: World, index: number, frame: number): void {
  const { frames, spaces } = world.kernel.state;
  const { base, versions } = spaces[index];
  const high = frames.stampHigh[frame];
  const isLent = high !== 0 && isLentTo(world, high, FIRST + index);
  const isOwn = high === 0 || isLent || (high > base && high <= base + SPACE_PAGES);
  if (!isOwn)
    world.happened.foreign.push(
      `${world.plan.clients[index].name} is granted a frame with what another left`,
    );
  // What is there may be a copy's, to be told from others.
  if (world.plan.copies && high !== 0) return;
  frames.stampHigh[frame] = base + 1;
  frames.stampLow[frame] = versions[0];
}

/** Whether `id` may have copied what is in the frame out of a container that was lent to it. */
export function isLentTo({ plan }: World, high: number, id: number): boolean {
  const writer = Math.floor((high - 1) / SPACE_PAGES);
  return FIRST + writer + 1 === id && (plan.clients[writer]?.deeds.includes('lend') ?? false);
}
