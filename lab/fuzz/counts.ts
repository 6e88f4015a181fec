/** Counts: how often what fuzzing is for has come up. */

import type { ContractEvent } from '../../contracts/events.ts';
import type { Penalty } from '../../contracts/terms.ts';
import type { CellOptions } from '../run/cell-options.ts';
import { allLayers, layerNames } from './swaps.ts';
import { createTally, type Tally } from './tally.ts';
import { drawnHostile } from './variants.ts';

/** How names of ordinary tasks begin, and of memory servers. */
const ORDINARY = 'task';
const MEMORY = 'memory';

export interface Counts {
  /** Deadlines missed, by penalty. */
  none: number;
  karma: number;
  repossess: number;
  drop: number;
  kill: number;
  /** Frames returned after the deadline. */
  lateReturn: number;
  /** Smaller guarantees agreed on. */
  shrink: number;
  /** Contracts that ran out while frames were held. */
  expiryWithFramesDue: number;
  /** Tasks that died while a device was moving a page of theirs. */
  deathDuringIo: number;
  /** Locks that ended at their time limit. */
  lockExpired: number;
  notices: number;
  references: number;
  /** Child contracts split off, taken into use, folded, and ended under who used them. */
  splits: number;
  uses: number;
  folds: number;
  childEnds: number;
  /** Policy servers that took over, and that were gone. */
  policyTakesOver: number;
  policyGone: number;
  /** Notices to who had no CPU: put off, and at the cap. */
  starving: number;
  starved: number;
  /** Notices of which half was enough. */
  enough: number;
  /** Runs taken silently, that their holder had no use for. */
  silent: number;
  /** Runs of frames moved under whoever had them. */
  relocations: number;
  /** Mappings of container pages taken from one task for another, and made beside others. */
  remaps: number;
  beside: number;
  /** Pages that stirrers' devices moved through windows; rounds of stirrers. */
  movedByDevice: number;
  rounds: number;
  /** Deadlines that moved on for transfers; frames granted unasked that came from another. */
  writing: number;
  claims: number;
  /** Ordinary tasks that took a part of another's contract into use. */
  lives: number;
  /** Runs that the server moved by its own terms; frames that were given for page tables at most. */
  movedByServer: number;
  tableFrames: number;
  /** Superpages that were made, and that were split again. */
  promotions: number;
  demotions: number;
  /** Scenarios with memory servers behind one another; tasks that deal with one above the deepest. */
  deep: number;
  above: number;
  /** Notices to memory servers. */
  serverNotices: number;
  /** Layers of swap that were stacked; scenarios in which pages have bytes, in which devices fail. */
  readonly layers: Record<string, number>;
  bytes: number;
  faultyDevices: number;
  /** Disk servers whose drives fail, that die; tasks that read files, that call pages garbage. */
  faultyDisks: number;
  mortalDisks: number;
  readers: number;
  tellers: number;
  /** Tasks of several threads. */
  threaded: number;
  /** Tasks that were hostile, by kind. */
  readonly hostile: Record<string, number>;
  readonly tally: Tally;
}

export function createCounts(): Counts {
  return {
    none: 0,
    karma: 0,
    repossess: 0,
    drop: 0,
    kill: 0,
    lateReturn: 0,
    shrink: 0,
    expiryWithFramesDue: 0,
    deathDuringIo: 0,
    lockExpired: 0,
    notices: 0,
    references: 0,
    splits: 0,
    uses: 0,
    folds: 0,
    childEnds: 0,
    policyTakesOver: 0,
    policyGone: 0,
    starving: 0,
    starved: 0,
    enough: 0,
    silent: 0,
    relocations: 0,
    remaps: 0,
    beside: 0,
    movedByDevice: 0,
    rounds: 0,
    writing: 0,
    claims: 0,
    lives: 0,
    movedByServer: 0,
    tableFrames: 0,
    promotions: 0,
    demotions: 0,
    deep: 0,
    above: 0,
    serverNotices: 0,
    layers: Object.fromEntries(layerNames.map((name) => [name, 0])),
    bytes: 0,
    faultyDevices: 0,
    faultyDisks: 0,
    mortalDisks: 0,
    readers: 0,
    tellers: 0,
    threaded: 0,
    hostile: Object.fromEntries(drawnHostile.map((kind) => [kind, 0])),
    tally: createTally(),
  };
}

/** What was drawn, whatever came of it. */
export function countDrawn(counts: Counts, options: CellOptions): void {
  const { tasks, memoryServers, swap, machine, disk } = options;
  if (memoryServers !== undefined) counts.deep++;
  if (disk?.faults) counts.faultyDisks++;
  if (typeof disk?.diesAt === 'number') counts.mortalDisks++;
  for (const { level, hostile, reads, program, threads } of tasks) {
    if (level !== undefined) counts.above++;
    if (reads) counts.readers++;
    if (program.stops) counts.tellers++;
    if (threads) counts.threaded++;
    if (hostile !== null) counts.hostile[hostile] = (counts.hostile[hostile] ?? 0) + 1;
  }
  if (machine.fidelity === 'bytes') counts.bytes++;
  const layers = allLayers(swap?.layers ?? []);
  for (const { layer } of layers) counts.layers[layer]++;
  if (layers.some((layer) => layer.layer === 'disk' && layer.faults)) counts.faultyDevices++;
}

export function count(counts: Counts, event: ContractEvent): void {
  switch (event.kind) {
    case 'penalty':
      counts[event.penalty as Penalty]++;
      return;
    case 'return':
      if (event.late) counts.lateReturn++;
      return;
    case 'shrink':
      counts.shrink++;
      return;
    case 'expiry':
      if (event.held > 0) counts.expiryWithFramesDue++;
      return;
    case 'death':
      if (event.locked > 0) counts.deathDuringIo++;
      return;
    case 'lockExpired':
      counts.lockExpired++;
      return;
    case 'notice':
      counts.notices++;
      if (event.task.startsWith(MEMORY)) counts.serverNotices++;
      return;
    case 'split':
      counts.splits++;
      return;
    case 'use':
      counts.uses++;
      if (event.task.startsWith(ORDINARY)) counts.lives++;
      return;
    case 'fold':
      counts.folds++;
      return;
    case 'childEnd':
      counts.childEnds++;
      return;
    case 'policy':
      if (event.what === 'takes over') counts.policyTakesOver++;
      else counts.policyGone++;
      return;
    case 'claim':
      counts.claims++;
      return;
    case 'writing':
    case 'starving':
    case 'starved':
    case 'enough':
    case 'silent':
      counts[event.kind]++;
      return;
    default:
      return;
  }
}
