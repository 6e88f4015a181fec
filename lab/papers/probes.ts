/**
 * Probes: experiments that are no run of a scenario. Some speak to the servers or to the machine by
 * hand, where programs and pagers would hide what is measured; others look at programs alone.
 */

import { z } from 'zod';
import {
  bareCosts,
  costFigureNames,
  costProfiles,
  machineLabel,
} from '../../sim-hw/costs/index.ts';
import { pageTableFormats } from '../../sim-hw/page-table/index.ts';
import { tlbGeometries } from '../../sim-hw/tlb-geometry.ts';
import type { Measured } from '../scenario/expectations.ts';
import { parseBy } from '../scenario/issues.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { Source } from '../scenario/source.ts';
import { bufferTransfer } from './buffer-transfer.ts';
import { inclusion } from './inclusion.ts';
import type { ProbeName } from './schema.ts';
import { tlbReach } from './tlb-reach.ts';
import type { ProbedMachine } from './transfer-desk.ts';
import { vmPrimitives } from './vm-primitives.ts';
import { workingSets } from './working-set.ts';

type MachineProbe = 'buffer-transfer' | 'tlb-reach' | 'vm-primitives';

/** Of a machine, without a scenario's tasks. */
const machineProbes: Readonly<Record<MachineProbe, (machine: ProbedMachine) => Measured>> = {
  'buffer-transfer': bufferTransfer,
  'tlb-reach': tlbReach,
  'vm-primitives': vmPrimitives,
};

/** Of the programs of a scenario's tasks. */
const programProbes: Readonly<
  Record<Exclude<ProbeName, MachineProbe>, (loaded: LoadedScenario) => Measured>
> = {
  inclusion,
  'working-set': workingSets,
};

const probedSchema = z.strictObject({
  name: z.string(),
  machine: z.strictObject({
    costs: z.enum(Object.keys(costProfiles)),
    tlb: z.enum(Object.keys(tlbGeometries)).optional(),
    figures: z.partialRecord(z.enum(costFigureNames), z.int().min(0).max(1e12)).default({}),
  }),
  /** Read on its own (schema.ts). */
  paper: z.unknown(),
});

/** A probe's document: the parts of a scenario's that experiments look at. */
export interface ProbeDocument extends Measured {
  readonly scenario: string;
  readonly machine: string;
  readonly oracles: readonly { readonly name: string; readonly violations: readonly string[] }[];
}

export function isMachineProbe(probe: ProbeName | undefined): probe is MachineProbe {
  return probe !== undefined && probe in machineProbes;
}

/** Runs the probe over the programs of a loaded scenario. */
export function runProgramProbe(
  probe: Exclude<ProbeName, MachineProbe>,
  loaded: LoadedScenario,
): ProbeDocument {
  const { costs, pageTable, tlb, device, figures } = loaded.machine;
  const machine = machineLabel(costs, pageTable, tlb, device, figures);
  return { scenario: loaded.name, machine, oracles: [], ...programProbes[probe](loaded) };
}

/** Runs the probe on the machine of `source`. Throws InputError where that is none. */
export function runMachineProbe(probe: MachineProbe, source: Source): ProbeDocument {
  const { name, machine } = parseBy(probedSchema, source);
  const profile = costProfiles[machine.costs] as (typeof costProfiles)[string];
  const { pageTable, device } = profile;
  const tlb = machine.tlb ?? profile.tlb;
  const measured = machineProbes[probe]({
    costs: { ...bareCosts(profile), ...machine.figures },
    format: pageTableFormats[pageTable] as ProbedMachine['format'],
    tlb: tlbGeometries[tlb] as ProbedMachine['tlb'],
  });
  const label = machineLabel(machine.costs, pageTable, tlb, device, machine.figures);
  return { scenario: name, machine: label, oracles: [], ...measured };
}
