/**
 * Interrupts between CPUs: what it takes on a named machine to make others drop a translation, and
 * how often each CPU takes a tick of its clock. Like every cost: integers, each with its source.
 *
 *   initiator   shootdownBaseNs + n x shootdownCpuNs   until the last of n CPUs has acknowledged
 *   responder   respondNs                              the interrupt, the entry dropped, the way back
 *
 * Left out: that an initiator waits longer for a CPU that has its interrupts off.
 */

import type { Figure } from './profile.ts';

export interface InterruptFigures {
  /** From the signal to the other CPU's handler: no CPU gets further ahead of the others. */
  readonly latencyNs: Figure;
  readonly shootdownBaseNs: Figure;
  readonly shootdownCpuNs: Figure;
  readonly respondNs: Figure;
  /** Between two ticks; all CPUs take them at the same moments. */
  readonly tickNs: Figure;
}

export type InterruptCosts = { readonly [K in keyof InterruptFigures]: number };

const multimax: InterruptFigures = {
  latencyNs: {
    value: 20_000,
    source: 'an interrupt between two NS32032s or 32332s, tens of microseconds (recalled)',
  },
  shootdownBaseNs: {
    value: 430_000,
    source: 'Black et al., ASPLOS 1989, Encore Multimax: about 430 us (recalled)',
  },
  shootdownCpuNs: {
    value: 55_000,
    source: 'the same: about 55 us for each CPU more, straight up to 12 of them (recalled)',
  },
  respondNs: {
    value: 55_000,
    source: 'taken as what each CPU adds for the initiator: not told apart in what is recalled',
  },
  tickNs: { value: 10_000_000, source: 'hz = 100 on the machines that Mach ran on (recalled)' },
};

const modern: InterruptFigures = {
  latencyNs: { value: 500, source: 'x86-64: half a round trip of 1 us (recalled)' },
  shootdownBaseNs: {
    value: 1_000,
    source:
      'x86-64, an interrupt to others and their answer: about 1 us (recalled; 1 to 3 us told)',
  },
  shootdownCpuNs: {
    value: 200,
    source: 'about 200 ns for each CPU that answers: 4 CPUs 1.6 us, 64 about 14 us (recalled)',
  },
  respondNs: {
    value: 700,
    source: 'interrupt, invlpg, acknowledgement and return: about 2000 cycles (recalled)',
  },
  tickNs: { value: 4_000_000, source: 'Linux, CONFIG_HZ=250 (recalled)' },
};

/** By cost profile. A machine that was never sold with several CPUs has a Multimax's figures. */
export const interruptFigures: Record<string, InterruptFigures> = {
  'decstation-5000': multimax,
  'modern-nvme': modern,
};

/** The bare numbers; of a profile that has none of its own, the Multimax's. */
export function interruptCosts(profile: string): InterruptCosts {
  const figures = interruptFigures[profile] ?? multimax;
  const costs: Record<string, number> = {};
  for (const [name, figure] of Object.entries(figures)) costs[name] = figure.value;
  return costs as InterruptCosts;
}
