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
import { externalFaults } from './external-faults.ts';
import { fork } from './fork.ts';
import { inclusion } from './inclusion.ts';
import type { ProbeName } from './schema.ts';
import { shadowChains } from './shadow-chains.ts';
import { thrashing } from './thrashing.ts';
import { tlbReach } from './tlb-reach.ts';
import type { ProbedMachine } from './transfer-desk.ts';
import { vmPrimitives } from './vm-primitives.ts';
import { workingSets } from './working-set.ts';

type MachineProbe =
  | 'buffer-transfer'
  | 'external-faults'
  | 'fork'
  | 'shadow-chains'
  | 'tlb-reach'
  | 'vm-primitives';

/** Of a machine, without a scenario's tasks. */
const machineProbes: Readonly<
  Record<MachineProbe, (machine: ProbedMachine, settings: ProbeSettings) => Measured>
> = {
  'buffer-transfer': bufferTransfer,
  'external-faults': (_, settings) => externalFaults(settings.external),
  fork: (machine, settings) => fork(machine, settings.fork),
  'shadow-chains': (machine, settings) => shadowChains(machine, settings.chains),
  'tlb-reach': tlbReach,
  'vm-primitives': vmPrimitives,
};

/** Of the programs of a scenario's tasks. */
const programProbes: Readonly<
  Record<Exclude<ProbeName, MachineProbe>, (loaded: LoadedScenario) => Measured>
> = {
  inclusion,
  thrashing,
  'working-set': workingSets,
};

/** What a file may say of its probe, beside the machine. */
const settingsShape = {
  fork: z
    .strictObject({
      pages: z
        .int()
        .min(5)
        .max(2 ** 20)
        .default(64),
      createNs: z.int().min(0).max(1e12).default(0),
      entryNs: z.int().min(0).max(1e12).default(0),
    })
    .prefault({}),
  external: z.strictObject({ withholds: z.boolean().default(true) }).prefault({}),
  chains: z
    .strictObject({
      pages: z.int().min(1).max(4096).default(64),
      rounds: z.int().min(1).max(1000).default(50),
      writes: z.int().min(1).max(1000).default(8),
      seed: z.int().min(1).max(0xffffffff).default(1),
    })
    .prefault({}),
};
type ProbeSettings = z.infer<z.ZodObject<typeof settingsShape>>;

const probedSchema = z.strictObject({
  name: z.string(),
  ...settingsShape,
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
  const { name, machine, ...settings } = parseBy(probedSchema, source);
  const profile = costProfiles[machine.costs] as (typeof costProfiles)[string];
  const { pageTable, device } = profile;
  const tlb = machine.tlb ?? profile.tlb;
  const probed: ProbedMachine = {
    costs: { ...bareCosts(profile), ...machine.figures },
    format: pageTableFormats[pageTable] as ProbedMachine['format'],
    tlb: tlbGeometries[tlb] as ProbedMachine['tlb'],
  };
  const measured = machineProbes[probe](probed, settings);
  const label = machineLabel(machine.costs, pageTable, tlb, device, machine.figures);
  return { scenario: name, machine: label, oracles: [], ...measured };
}
