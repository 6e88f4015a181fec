/**
 * Probes: experiments that speak to the servers by hand, on a machine that the file names, where
 * programs and pagers would hide what is measured.
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
import type { Source } from '../scenario/source.ts';
import { bufferTransfer } from './buffer-transfer.ts';
import type { ProbedMachine } from './transfer-desk.ts';

const probes: Readonly<Record<string, (machine: ProbedMachine) => Measured>> = {
  'buffer-transfer': bufferTransfer,
};

const probedSchema = z.strictObject({
  name: z.string(),
  machine: z.strictObject({
    costs: z.enum(Object.keys(costProfiles)),
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

/** Runs the probe on the machine of `source`. Throws InputError where that is none. */
export function runProbe(probe: string, source: Source): ProbeDocument {
  const { name, machine } = parseBy(probedSchema, source);
  const profile = costProfiles[machine.costs] as (typeof costProfiles)[string];
  const { pageTable, tlb, device } = profile;
  const measured = (probes[probe] as (typeof probes)[string])({
    costs: { ...bareCosts(profile), ...machine.figures },
    format: pageTableFormats[pageTable] as ProbedMachine['format'],
    tlb: tlbGeometries[tlb] as ProbedMachine['tlb'],
  });
  const label = machineLabel(machine.costs, pageTable, tlb, device, machine.figures);
  return { scenario: name, machine: label, oracles: [], ...measured };
}
