/**
 * Oracles: all six, wired to one world. What happens reaches them through the kernel's probe and
 * the server's notifications, each in constant time; what only a full look can show waits for a
 * sweep, made so rarely that it costs less than the faults between two of them, and once at the
 * end.
 */

import type { ContractEvent } from '../../contracts/events.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import type { Probe } from '../../nucleus/probe.ts';
import type { OracleResult } from '../results.ts';
import {
  type ContractHonoured,
  checkTaken,
  noteContract,
  sweepWaiting,
} from './contract-honoured.ts';
import { type Findings, resultOf } from './findings.ts';
import { checkDeath, checkSum, type FrameConservation, sweepFrames } from './frame-conservation.ts';
import {
  checkMapped,
  checkUnmapped,
  createIsolation,
  type Isolation,
  sweepMappings,
} from './isolation.ts';
import { createLevels, type Level, levelOf } from './levels.ts';
import { checkTransfer } from './lock-deadline.ts';
import {
  checkContents,
  checkResumed,
  createNoLostPage,
  type NoLostPage,
  noteAdvice,
  noteScratch,
  noteTaken,
  sweepScratch,
} from './no-lost-page.ts';
import type { RevocationDeadline } from './open-notice.ts';
import { checkDeadlines, noteReleased, noteRevocation } from './revocation-deadline.ts';
import { createThreads, sweepThreads } from './threads.ts';
import { checkClocks, createTime, sweepTimes, type Time } from './time.ts';
import {
  checkStaleWrite,
  createTlbConsistency,
  sweepProcessors,
  type TlbConsistency,
} from './tlb-consistency.ts';
import { idOf, type OracleView } from './view.ts';
import { sweepWired } from './wired-frames.ts';

export interface Oracles {
  readonly view: OracleView;
  readonly frames: FrameConservation;
  readonly isolation: Isolation;
  readonly contracts: ContractHonoured;
  readonly pages: NoLostPage;
  readonly revocation: RevocationDeadline;
  /** The same three at each memory server, the one that tasks deal with first. */
  readonly levels: readonly Level[];
  readonly time: Time;
  readonly tlbs: TlbConsistency;
  readonly threads: Findings;
  /** Scheduler decisions between two sweeps, and left until the next. */
  readonly sweepEvery: number;
  untilSweep: number;
}

/** Frames and pages that one scheduler decision's share of the sweeps may look at. */
const LOOKS_A_DECISION = 4;
const SWEEP_LEAST = 64;

/** Sets the oracles up over a booted world and attaches them to its kernel. */
export function attachOracles(
  view: OracleView,
  observer: ((event: ContractEvent) => void) | undefined,
): Oracles {
  const { state } = view.kernel;
  const pages = state.spaces.reduce((sum, space) => sum + space.pages, 0);
  const sweepEvery = Math.max(SWEEP_LEAST, (state.frames.count + pages) / LOOKS_A_DECISION);
  const levels = createLevels(view);
  const { frames, contracts, revocation } = levels[0] as Level;
  const oracles: Oracles = {
    view,
    frames,
    contracts,
    revocation,
    levels,
    isolation: createIsolation(),
    pages: createNoLostPage(view),
    time: createTime(view),
    tlbs: createTlbConsistency(),
    threads: createThreads(),
    sweepEvery,
    untilSweep: sweepEvery,
  };
  view.kernel.probe = probeOf(oracles);
  view.kernel.observer = (event) => {
    note(oracles, event as ContractEvent);
    observer?.(event as ContractEvent);
  };
  return oracles;
}

/** One full look; also the last one, when the run is over. */
export function sweep(oracles: Oracles): void {
  const { view } = oracles;
  for (const level of oracles.levels) sweepFrames(level.frames, level.view);
  sweepMappings(oracles.isolation, view);
  for (const level of oracles.levels) {
    sweepWaiting(level.contracts, level.view);
    sweepWired(level.contracts, level.view);
  }
  sweepScratch(oracles.pages, view);
  sweepTimes(oracles.time, view);
  sweepProcessors(oracles.tlbs, view);
  sweepThreads(oracles.threads, view);
}

/** What each oracle has to report, in the order of the documentation. */
export function oracleResults(oracles: Oracles): OracleResult[] {
  return findingsOf(oracles).map(resultOf);
}

export function findingsOf(oracles: Oracles): Findings[] {
  const { frames, isolation, contracts, pages, revocation, time } = oracles;
  const all = [frames, isolation, contracts, pages, revocation, time];
  // With one CPU there is nothing that it could check.
  const several = oracles.view.kernel.state.processors === null ? [] : [oracles.tlbs];
  const threads = oracles.view.kernel.state.groups.length === 0 ? [] : [oracles.threads];
  return [...[...all, ...several].map(({ findings }) => findings), ...threads];
}

function note(oracles: Oracles, event: ContractEvent): void {
  const id = idOf(oracles.view, event.task);
  const { view, frames, contracts, revocation } = levelOf(oracles.levels, id);
  noteContract(contracts, view, id, event);
  noteRevocation(revocation, view, id, event);
  if (event.kind === 'death') checkDeath(frames, view, id);
}

function probeOf(oracles: Oracles): Probe {
  const { view, levels, isolation, pages, time, tlbs } = oracles;
  return {
    mapped(_kernel: Kernel, task, page, frame) {
      checkMapped(isolation, view, task, page, frame);
      checkContents(pages, view, task, page, frame);
    },
    unmapped(_kernel, space, page, entry) {
      checkUnmapped(isolation, view, space, page);
      noteScratch(pages, view, space, page, entry);
    },
    resumed(_kernel, task, page, how) {
      checkResumed(pages, view, task, page, how);
    },
    advised(_kernel, task, from, to, what) {
      noteAdvice(pages, view, task, from, to, what);
    },
    granted(_kernel, task) {
      const level = levelOf(levels, task);
      checkSum(level.frames, level.view, task);
    },
    released(_kernel, task, frame, order, cause) {
      const level = levelOf(levels, task);
      checkSum(level.frames, level.view, task);
      noteTaken(pages, view, frame, order, cause);
      checkTaken(level.contracts, level.view, task, cause);
      noteReleased(level.revocation, level.view, task, order, cause);
    },
    transferred(_kernel, window) {
      const level = levels[window % levels.length] as Level;
      checkTransfer(level.revocation.findings, level.view, window);
    },
    writtenStale(_kernel, task, fromNs, sinceNs) {
      checkStaleWrite(tlbs, view, task, fromNs, sinceNs);
    },
    clockMoved() {
      checkClocks(time, view);
      for (const level of levels) checkDeadlines(level.revocation, level.view);
      if (--oracles.untilSweep > 0) return;
      oracles.untilSweep = oracles.sweepEvery;
      sweep(oracles);
    },
  };
}
