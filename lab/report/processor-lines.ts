/** What the table says of several CPUs: what keeping their TLBs consistent took, and how busy they were. */

import type { ProcessorTimeNs, Row } from '../results.ts';
import { grouped } from './text.ts';

/** One text for each row on a machine with several CPUs. */
export function processorTexts(rows: readonly Row[]): string[] {
  return rows.flatMap(({ management, frames, processors }) => {
    if (processors === undefined) return [];
    const { shootdowns, interrupted, shootdownNs, leftToTick, staleWrites, lazyDrops, cpus } =
      processors;
    const told = [
      `${grouped(shootdowns)} shootdowns`,
      `${grouped(interrupted)} CPUs interrupted`,
      `${(shootdownNs / 1e6).toFixed(2)} ms for whoever asked`,
      ...(leftToTick > 0 ? [`${grouped(leftToTick)} changes left to a tick`] : []),
      ...(staleWrites > 0 ? [`${grouped(staleWrites)} writes through stale entries`] : []),
      `${grouped(lazyDrops)} spaces dropped on return`,
    ];
    const busy = cpus.map((cpu) => `${(100 - (100 * cpu.idle) / lengthOf(cpu)).toFixed(0)}`);
    return [
      `CPUs, ${management} at ${grouped(frames)} frames: ${told.join(', ')}; busy ${busy.join(' ')} %`,
    ];
  });
}

function lengthOf(cpu: ProcessorTimeNs): number {
  return Math.max(
    1,
    Object.values(cpu).reduce((sum, part) => sum + part, 0),
  );
}
