/**
 * TLB consistency: what has been taken away from an address space is gone for every CPU, as soon as
 * the machine's way of keeping TLBs consistent promises it.
 *
 *   interrupt   no program writes through a translation that the table had no more       [CPU4]
 *   tick        none does in a batch that began after the tick that followed the change  [CPU5]
 *   tolerate    whoever does writes to a page that is mapped to the same frame still     [CPU6]
 *
 * And each CPU's time: its parts sum to its clock [CPU2]. Reads through such a translation are
 * counted by the machine, and not judged. On a machine with one CPU the oracle has nothing to do.
 */

import { createFindings, type Findings, violate } from './findings.ts';
import type { OracleView } from './view.ts';

export interface TlbConsistency {
  readonly findings: Findings;
  /** Batches with writes that were allowed. */
  allowed: number;
}

export function createTlbConsistency(): TlbConsistency {
  const rules = ['CPU2', 'CPU4', 'CPU5', 'CPU6'];
  return { findings: createFindings('tlb-consistency', rules), allowed: 0 };
}

/** A batch of `task` that began at `fromNs` wrote through a translation that was gone `sinceNs`. */
export function checkStaleWrite(
  oracle: TlbConsistency,
  { kernel }: OracleView,
  task: number,
  fromNs: number,
  sinceNs: number,
): void {
  const { processors } = kernel.state;
  if (processors === null) return;
  const { findings } = oracle;
  const { consistency, costs } = processors;
  const tick = (Math.floor(sinceNs / costs.tickNs) + 1) * costs.tickNs;
  const late = `in a batch from ${fromNs} ns, through a translation gone since ${sinceNs} ns`;
  findings.checks++;
  if (consistency === 'interrupt') violate(findings, kernel, 'CPU4', task, -1, `writes ${late}`);
  else if (fromNs >= tick)
    violate(findings, kernel, 'CPU5', task, -1, `writes after the tick at ${tick} ns, ${late}`);
  else oracle.allowed++;
}

/** The clocks of all CPUs, and in whose frames translations that are gone still let a CPU write. */
export function sweepProcessors({ findings }: TlbConsistency, { kernel }: OracleView): void {
  const { processors, frames } = kernel.state;
  if (processors === null) return;
  for (const { id, nowNs, times, mmu } of processors.list) {
    findings.checks++;
    let sum = 0;
    for (const part of times) sum += part;
    if (sum !== nowNs)
      violate(findings, kernel, 'CPU2', -1, -1, `CPU ${id} is at ${nowNs} ns, its parts at ${sum}`);
    const { stale } = mmu;
    if (stale === null || processors.consistency !== 'tolerate') continue;
    for (const [at, key] of stale.keys.entries()) {
      findings.checks++;
      const frame = stale.frames[at] as number;
      if (stale.dirty[at] === 0 || frames.mappedBy[frame] === key) continue;
      const what = `CPU ${id} may write to frame ${frame}, which the page has left`;
      violate(findings, kernel, 'CPU6', -1, -1, what);
    }
  }
}
