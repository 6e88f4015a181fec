/** What the table says of a disk server: who had how much of its device, and how. */

import type { Row, TaskResult } from '../results.ts';
import { grouped } from './text.ts';

/** One text for each row with a disk server. */
export function diskTexts(rows: readonly Row[]): string[] {
  return rows.flatMap(({ management, frames, tasks }) => {
    const asked = tasks.filter((task) => blocksOf(task) > 0);
    if (asked.length === 0) return [];
    const all = asked.reduce((sum, task) => sum + timeOf(task), 0);
    const each = asked.map((task) => taskText(task, all));
    return [`disk, ${management} at ${grouped(frames)} frames: ${each.join('; ')}`];
  });
}

function blocksOf({ diskBlocksRead = 0, diskBlocksWritten = 0 }: TaskResult): number {
  return diskBlocksRead + diskBlocksWritten;
}

function timeOf({ diskSliceNs = 0, diskSlackNs = 0, diskLaxNs = 0 }: TaskResult): number {
  return diskSliceNs + diskSlackNs + diskLaxNs;
}

function taskText(task: TaskResult, all: number): string {
  const { name, diskWaitNs = 0, diskOverruns = 0, diskLaxNs = 0 } = task;
  const share = ((100 * timeOf(task)) / all).toFixed(1);
  const waited = (diskWaitNs / blocksOf(task) / 1e6).toFixed(2);
  const held = diskLaxNs > 0 ? `, ${(diskLaxNs / 1e9).toFixed(2)} s held free` : '';
  const over = diskOverruns > 0 ? `, ${grouped(diskOverruns)} overruns` : '';
  return `${name} ${grouped(blocksOf(task))} blocks, ${share} % of its time, ${waited} ms waited a block${held}${over}`;
}
