/** Cost profiles by the name that scenarios use, and what to call a machine made of parts. */

import { decstation5000 } from './decstation-5000.ts';
import { modernNvme } from './modern-nvme.ts';
import type { CostFigures, CostProfile, Costs } from './profile.ts';
import { sun360 } from './sun3-60.ts';

export {
  bareCosts,
  type CostFigures,
  type CostProfile,
  type Costs,
  type Figure,
} from './profile.ts';

export const costProfiles: Record<string, CostProfile> = {
  'decstation-5000': decstation5000,
  'modern-nvme': modernNvme,
  'sun3-60': sun360,
};

/** Names of a profile's figures. */
export const costFigureNames = [
  'referencePs',
  'secondTlbPs',
  'walkStartPs',
  'walkProbePs',
  'trapNs',
  'messageNs',
  'mapNs',
  'scanNs',
  'zeroNs',
  'copyNs',
  'switchNs',
] as const satisfies readonly (keyof CostFigures)[];

interface Existing {
  readonly pageTables: readonly string[];
  readonly tlbs: readonly string[];
  readonly devices: readonly string[];
  /** What stood in the place of a part that we do not model. */
  readonly note?: string;
}

/** The parts each machine was sold with, of those that we model. */
const existing: Record<string, Existing> = {
  'decstation-5000': {
    pageTables: ['mips'],
    tlbs: ['r3000'],
    devices: ['disk', 'commanded-disk'],
  },
  'modern-nvme': { pageTables: ['x86-64'], tlbs: ['skylake'], devices: ['nvme'] },
  'sun3-60': {
    pageTables: ['sun-3'],
    tlbs: [],
    devices: ['disk', 'commanded-disk'],
    note: 'the real one had no TLB',
  },
};

/**
 * What reports call the machine: its name, and beside it any part that it was never sold with. The
 * names are those of costProfiles, pageTableFormats, tlbGeometries and devices.
 */
export function machineLabel(
  costs: string,
  pageTable: string,
  tlb: string,
  device: string,
  figures: Partial<Costs> = {},
): string {
  const sold = existing[costs];
  const foreign: string[] = [];
  if (!sold?.pageTables.includes(pageTable)) foreign.push(`page table ${pageTable}`);
  if (!sold?.tlbs.includes(tlb)) foreign.push(`TLB ${tlb}`);
  if (!sold?.devices.includes(device)) foreign.push(`device ${device}`);
  for (const [name, value] of Object.entries(figures)) foreign.push(`${name} ${value}`);
  if (foreign.length === 0) return costs;
  const note = sold?.note ? `; ${sold.note}` : '';
  return `${costs} with ${foreign.join(', ')} (a machine that never existed${note})`;
}
