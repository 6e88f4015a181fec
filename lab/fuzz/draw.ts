/**
 * Draw: a hostile scenario from one seed. Everything that a scenario file can say may come up:
 * clocks, formats, devices, terms with and without end, penalties, hostile tasks, late starts,
 * deaths, changes of contract; and memory from far too little to enough.
 */

import type { HostileKind } from '../../clients/hostile/hostile.ts';
import { arbiterNames, penalties, type TermsWish } from '../../contracts/terms.ts';
import { PLAIN_PAGES } from '../../paging/page-kinds.ts';
import { type RandomState, splitRandom } from '../../sim-hw/random.ts';
import { tlbGeometries } from '../../sim-hw/tlb-geometry.ts';
import type { CellMachine, CellOptions, CellTask } from '../run/cell-options.ts';
import { drawCentral, drawnCentrals } from './centrals.ts';
import { between, chance, oneOf, small } from './chance.ts';
import { drawDisk } from './disks.ts';
import { drawFiles } from './files.ts';
import { drawGarbage } from './garbage.ts';
import { drawGovernance } from './governance.ts';
import { drawHardware } from './hardware.ts';
import { drawKinds } from './kinds.ts';
import { drawMemories } from './memories.ts';
import { drawPagers } from './pagers.ts';
import { drawFirstPolicy, drawPolicies } from './policies.ts';
import { drawProgram } from './program.ts';
import { drawStir, type Stir } from './stirred.ts';
import { drawSwap } from './swaps.ts';
import { drawThreads } from './threads.ts';
import { drawVariants } from './variants.ts';

/** Hoarders come twice as often: only they return late. */
const HOSTILE: readonly HostileKind[] = ['silent', 'deaf', 'hoarder', 'liar', 'greedy', 'hoarder'];

/** What a seed stands for. */
export interface Drawn {
  readonly options: CellOptions;
  /** From here on the clock of terms all hostility is over: phase two. */
  readonly calmAt: number;
  /** What goes on beside the tasks. */
  readonly stir: Stir;
}

/** Typical time of a transfer, from which times on the nanosecond clock are drawn. */
const TRANSFER_NS = { nvme: 80_000, disk: 20_000_000 };
/** Longest transfer by itself; a lock must last at least as long, or nothing ever gets through. */
const TRANSFER_NS_MAX = { nvme: 400_000, disk: 60_000_000 };

export function draw(seed: number): Drawn {
  const random = splitRandom(seed, 'fuzz');
  const management = chance(random, 88) ? ('contracts' as const) : oneOf(random, drawnCentrals);
  const clock = chance(random, 70) ? ('ns' as const) : ('references' as const);
  const device = chance(random, 70) ? ('nvme' as const) : ('disk' as const);
  const frames = chance(random, 50) ? between(random, 8, 40) : between(random, 8, 200);
  const machine = drawMachine(random, device, frames);
  // The time of about 60 transfers, or the references of about one task.
  const span = clock === 'references' ? 2500 : 60 * TRANSFER_NS[device];
  const tasks = drawPolicies(drawTasks(random, frames, span), seed);
  const lockMax =
    clock === 'ns' && chance(random, 30)
      ? { lockMax: TRANSFER_NS_MAX[device] + between(random, 0, TRANSFER_NS_MAX[device]) }
      : {};
  const options: CellOptions = {
    management,
    machine,
    terms: drawTerms(random, span),
    schedule: chance(random, 75) ? 'slices' : 'lockstep',
    slice: clock === 'references' ? between(random, 1, 300) : between(random, 1000, span / 10),
    clock,
    tasks,
    seed,
    oracles: true,
    spareFrames: chance(random, 60) ? 0 : between(random, 1, 4),
    ...lockMax,
  };
  const calmAt = between(random, span / 2, span * 4);
  const withKinds = { ...options, ...drawKinds(options, seed, span) };
  const { options: stirred, stir } = drawStir(withKinds, seed, span);
  const governed = drawGovernance(stirred, seed, span);
  const varied = drawVariants(governed, seed, span, stir.stirrers.length);
  const ordinary = varied.tasks.length - stir.stirrers.length;
  const deep = drawMemories(drawDisk(varied, seed, span, ordinary), seed, span, ordinary);
  const swapped = drawPagers(drawSwap(deep, seed), seed, span, ordinary);
  const telling = drawGarbage(drawHardware(swapped, seed), seed, ordinary);
  const filed = drawFiles(telling, stir, seed, span, ordinary);
  const all = drawCentral(filed.options, seed);
  return { ...filed, options: drawThreads(all, seed, ordinary), calmAt };
}

function drawMachine(random: RandomState, device: string, frames: number): CellMachine {
  return {
    costs: device === 'disk' && chance(random, 50) ? 'decstation-5000' : 'modern-nvme',
    pageTable: oneOf(random, ['x86-64', 'rt-pc']),
    tlb: oneOf(random, Object.keys(tlbGeometries)),
    device,
    frames,
    pagerFrames: 'outside',
  };
}

function drawTerms(random: RandomState, span: number): TermsWish {
  return {
    term: chance(random, 40) ? 0 : between(random, span / 20, span),
    graceExtra: small(random, Math.max(1, span / 2000), span / 20),
    graceShrink: between(random, Math.max(1, span / 100), span / 4),
    penalty: oneOf(random, penalties),
    arbiter: oneOf(random, arbiterNames),
  };
}

function drawTasks(random: RandomState, frames: number, span: number): CellTask[] {
  const count = between(random, 2, 6);
  const hostileCount = chance(random, 65) ? between(random, 1, 2) : 0;
  const tasks: CellTask[] = [];
  let left = frames;
  for (let at = 0; at < count; at++) {
    const hostile = at < hostileCount ? oneOf(random, HOSTILE) : null;
    // Now and then more is asked for than is left: such a task waits until another has gone.
    const most = chance(random, 85) ? Math.max(1, Math.floor(left / (count - at))) : frames;
    const guaranteed = between(random, chance(random, 5) ? 0 : 1, most);
    left = Math.max(0, left - guaranteed);
    tasks.push(drawTask(random, `task${at}`, hostile, guaranteed, frames, span));
  }
  return tasks;
}

function drawTask(
  random: RandomState,
  name: string,
  hostile: HostileKind | null,
  guaranteed: number,
  frames: number,
  span: number,
): CellTask {
  const program = drawProgram(random, between(random, 2, 80));
  const pages = program.pageNumbers.length;
  // A contract for nothing at all would never let its task begin.
  const extraLeast = hostile !== null ? Math.floor(frames / 2) : guaranteed === 0 ? 1 : 0;
  return {
    name,
    program,
    pageBytes: 4096,
    policy: drawFirstPolicy(random),
    policyParameters: {},
    guaranteed,
    extra: extraLeast === 0 && chance(random, 35) ? 0 : between(random, extraLeast, frames),
    initial: chance(random, 50) ? 'zero' : 'image',
    atEnd: chance(random, hostile === null ? 10 : 60) ? 'restart' : 'exit',
    start: chance(random, 50) ? 0 : between(random, 0, span),
    hostile,
    scratch: chance(random, 30) ? drawScratch(random, pages) : [],
    zeroFill: chance(random, 75),
    renegotiate: chance(random, 45)
      ? drawChanges(random, guaranteed, frames, program.references)
      : [],
    renews: chance(random, 50),
    cpu: chance(random, 15) ? between(random, 0, 2) : 0,
    killAt: chance(random, 25) ? between(random, 1, span * 2) : null,
    kinds: PLAIN_PAGES,
  };
}

function drawScratch(random: RandomState, pages: number): [number, number][] {
  const from = between(random, 0, pages - 1);
  return [[from, between(random, from + 1, pages)]];
}

/** Mostly shrinks; the extras may come and go. */
function drawChanges(
  random: RandomState,
  guaranteed: number,
  frames: number,
  references: number,
): CellTask['renegotiate'] {
  const changes: { at: number; guaranteed: number; extra: number }[] = [];
  let at = 0;
  for (let left = between(random, 1, 3); left > 0; left--) {
    at += between(random, 1, references / 3);
    const most = chance(random, 70) ? Math.max(1, guaranteed) : frames;
    changes.push({
      at,
      guaranteed: between(random, 1, most),
      extra: chance(random, 50) ? 0 : between(random, 0, frames),
    });
  }
  return changes;
}
