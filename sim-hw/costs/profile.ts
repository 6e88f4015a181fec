/**
 * Cost profile: what each step takes on a named machine. One operation, one cost, charged in one
 * place, whoever performs it. Every figure names its source; a figure recalled rather than re-read
 * says "(recalled)" in its source, and the documents print that mark with it.
 */

export interface Figure {
  readonly value: number;
  readonly source: string;
}

/** Picoseconds where a batch sums many, nanoseconds elsewhere. All integers. */
export interface CostFigures {
  /** Program: one reference that hits the first TLB level, everything but translation included. */
  readonly referencePs: Figure;
  /** Translation: a first-level miss that hits the second level. */
  readonly secondTlbPs: Figure;
  /** Translation: start of a page-table walk (or of a software refill). */
  readonly walkStartPs: Figure;
  /** Translation: each memory access (level or hash probe) of a walk. */
  readonly walkProbePs: Figure;
  /**
   * Trap: fault to the kernel and the return to the program, both ways. Also what it takes to set a
   * referenced or modified bit that the hardware lacks [PMAP5]: no source tells the two apart, so a
   * whole trap stands for it, which is the most it can be. Only of MIPS is it known: there a refill
   * sets the referenced bit on its way, 16 cycles in place of 9 (Draves 1991), and `walkStartPs` has
   * them.
   */
  readonly trapNs: Figure;
  /** Message: one one-way message between address spaces; call and reply cost two. */
  readonly messageNs: Figure;
  /** Message: one nucleus operation by a pager (map, unmap), its TLB invalidation included. */
  readonly mapNs: Figure;
  /** Scan: reading, or reading and clearing, one page's referenced and modified bits. */
  readonly scanNs: Figure;
  /** Zero: filling one 4 KiB frame with zeros. */
  readonly zeroNs: Figure;
  /** Zero, too: copying one 4 KiB frame into another, by the CPU. */
  readonly copyNs: Figure;
  /** CPU wait: one switch between tasks, charged to the task switched to, as trap time. */
  readonly switchNs: Figure;
}

export interface CostProfile {
  readonly name: string;
  /** One line: the machine, the year. */
  readonly summary: string;
  readonly figures: CostFigures;
  /** Names of the parts that belong to this machine unless a scenario says otherwise. */
  readonly pageTable: string;
  readonly tlb: string;
  readonly device: string;
}

/** The bare numbers, as the machine reads them. */
export type Costs = { readonly [K in keyof CostFigures]: number };

export function bareCosts(profile: CostProfile): Costs {
  const costs: Record<string, number> = {};
  for (const [name, figure] of Object.entries(profile.figures)) costs[name] = figure.value;
  return costs as Costs;
}
