/** What each task has had of the disk server's device: swap, files, whoever asked for it. */

import type { DiskServerState } from '../../servers/disk/server-state.ts';
import type { Stream } from '../../servers/disk/state.ts';
import type { TaskResult } from '../results.ts';
import type { World } from './boot.ts';

/** The stream that task `id` pays for, or undefined: there is no disk server, or it asked nothing. */
export function streamOfTask({ kernel, disk }: World, id: number): Stream | undefined {
  if (disk === 0) return undefined;
  const { queue } = kernel.receivers[disk].state as DiskServerState;
  return queue.streams.find(({ account }) => account === id);
}

/** Blocks that have been moved at the expense of task `id`. */
export function diskBlocksOf(world: World, id: number): number {
  const counts = streamOfTask(world, id)?.counts;
  return counts === undefined ? 0 : counts.blocksRead + counts.blocksWritten;
}

/** The fields of a task's result; none where there is no disk server. */
export function diskResult(world: World, id: number): Partial<TaskResult> {
  if (world.disk === 0) return {};
  const counts = streamOfTask(world, id)?.counts;
  const whole = (value: number | undefined) => Math.round(value ?? 0);
  return {
    diskBlocksRead: whole(counts?.blocksRead),
    diskBlocksWritten: whole(counts?.blocksWritten),
    diskSliceNs: whole(counts?.sliceNs),
    diskSlackNs: whole(counts?.slackNs),
    diskLaxNs: whole(counts?.laxNs),
    diskWaitNs: whole(counts?.waitedNs),
    diskWaitNsMost: whole(counts?.waitedMostNs),
    diskOverruns: whole(counts?.overruns),
  };
}
