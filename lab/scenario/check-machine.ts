/** Checking the machine: parts that exist and fit each other, and its sizes of memory. */

import { type Costs, costProfiles } from '../../sim-hw/costs/index.ts';
import { devices } from '../../sim-hw/devices/index.ts';
import { pageTableFormats, wrongChoice } from '../../sim-hw/page-table/index.ts';
import { tlbGeometries } from '../../sim-hw/tlb-geometry.ts';
import { checkCpus } from './check-cpus.ts';
import { inputError } from './input-error.ts';
import { requireName } from './names.ts';
import type { ScenarioMachine } from './scenario.ts';
import type { ScenarioDocument } from './schema.ts';
import { placeOf, type Source } from './source.ts';

export function checkMachine(source: Source, document: ScenarioDocument): ScenarioMachine {
  const { costs, pagerFrames, fidelity, pageBytes, erratum, drops, cpus, tlbConsistency } =
    document.machine;
  requireName(source, ['machine', 'costs'], costs, Object.keys(costProfiles), 'cost profile');
  const profile = costProfiles[costs];
  const machine = {
    costs,
    pageTable: document.machine.pageTable ?? profile.pageTable,
    tlb: document.machine.tlb ?? profile.tlb,
    device: document.machine.device ?? profile.device,
    pagerFrames,
    fidelity,
    cpus,
    tlbConsistency,
    ...(document.machine.figures && { figures: document.machine.figures as Partial<Costs> }),
    ...(pageBytes !== undefined && { pageBytes }),
    ...(erratum !== undefined && { erratum }),
    ...(drops !== undefined && { drops }),
  };
  const known = [
    ['pageTable', Object.keys(pageTableFormats), 'page table'],
    ['tlb', Object.keys(tlbGeometries), 'TLB'],
    ['device', Object.keys(devices), 'device'],
  ] as const;
  for (const [part, names, noun] of known)
    requireName(source, ['machine', part], machine[part], names, noun);
  requireFit(source, document, machine);
  checkCpus(source, document);
  return machine;
}

/** Pages that the table can make of the hardware's, and memory that it can address. */
function requireFit(source: Source, document: ScenarioDocument, machine: ScenarioMachine): void {
  const { frames } = document.machine;
  const wrong = wrongChoice(machine, typeof frames === 'number' ? frames : Math.max(...frames));
  if (wrong === undefined) return;
  const part = wrong.slice('machine.'.length).split(' ', 1)[0] as string;
  const next = part === 'frames' ? 'give it fewer, or take another page table' : 'change it';
  throw inputError(placeOf(source, ['machine', part]), `${wrong}; ${next}`);
}

/** A frame of bytes is memory of the machine that simulates. */
const BYTES_FRAMES_MAX = 2 ** 18;

export function checkFrames(source: Source, document: ScenarioDocument): number[] {
  const { frames } = document.machine;
  const list = typeof frames === 'number' ? [frames] : frames;
  for (const [at, size] of list.entries()) {
    if (document.machine.fidelity === 'bytes' && size > BYTES_FRAMES_MAX) {
      const where = typeof frames === 'number' ? ['frames'] : ['frames', at];
      throw inputError(
        placeOf(source, ['machine', ...where]),
        `machine.frames is ${size} with fidelity: bytes, expected at most ${BYTES_FRAMES_MAX} (1 GiB); ` +
          'give it fewer frames, or fidelity: stamped',
      );
    }
    if (list.indexOf(size) === at) continue;
    const place = placeOf(source, ['machine', 'frames', at]);
    throw inputError(
      place,
      `machine.frames lists ${size} twice, expected each size once; remove one`,
    );
  }
  return list;
}
