/**
 * What file servers have done: how much of it was the disk's, and how many frames their caches took for it.
 * A page that a client has as well is in one frame, so a cache has no more of its own than it has pages.
 */

import type { TaskState } from '../../nucleus/tasks.ts';
import type { FileServerState } from '../../servers/file/state.ts';
import type { World } from './boot.ts';

/** One note for each. */
export function fileNotes({ kernel, files }: World): string[] {
  return files.map((id) => {
    const { name, framesMax } = kernel.state.tasks[id] as TaskState;
    const { drive, cache, buffers } = kernel.receivers[id].state as FileServerState;
    const parts = [`${drive.blocksRead} blocks read`, `${drive.blocksWritten} written`];
    if (cache !== null)
      parts.push(`${cache.hits} pages from its cache of ${cache.pagesMax} at most`);
    if (buffers !== null && buffers.options.ahead > 0)
      parts.push(`${buffers.readAhead} read ahead, ${buffers.used} of them used`);
    if (buffers !== null && buffers.options.behind > 0)
      parts.push(`${buffers.delayed} written behind, ${buffers.absorbed} of them never`);
    parts.push(`${framesMax} frames of its own at most`);
    return `file server ${name}: ${parts.join(', ')}`;
  });
}
