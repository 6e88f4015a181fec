/**
 * A pager's part towards its policy, and nothing else: frames are counted, referenced and modified
 * bits are arrays. Nothing costs time.
 *
 *   fault -> referencesSeen -> (memory full: victim -> removed) -> admitted -> the run executes
 */

import type { Policy, PolicyView } from '../../contracts/policy.ts';
import { nextUses } from '../../lab/bounds/next-use.ts';
import { kindOfRun, lengthOfRun, WRITE } from '../../sim-hw/references.ts';

export interface Drive<State = unknown> {
  readonly policy: Policy<State>;
  readonly state: State;
  readonly runs: Uint32Array;
  readonly nextUse: Uint32Array;
  readonly resident: Uint8Array;
  readonly referenced: Uint8Array;
  readonly modified: Uint8Array;
  /** 1: may not be given up just now. */
  readonly pinned: Uint8Array;
  readonly view: PolicyView;
  /** The page whose fault a victim is asked for, or -1. */
  wanted: number;
  residentCount: number;
  /** Runs executed, and the references in them. */
  executed: number;
  references: number;
  /** Runs the policy has been shown. */
  shown: number;
  faults: number;
  /** Victims in order. */
  readonly victims: number[];
}

/** A drive that has executed nothing. `pages` bounds the page ids of `runs`. */
export function startDrive<State>(
  policy: Policy<State>,
  runs: Uint32Array,
  pages: number,
  options: { seed?: number; parameters?: Readonly<Record<string, number>>; frames?: number } = {},
): Drive<State> {
  const state = policy.create({
    pages,
    guaranteedFrames: options.frames ?? pages,
    parameters: { ...policy.parameters, ...options.parameters },
    seed: options.seed ?? 1,
  });
  const drive: Omit<Drive<State>, 'view'> = {
    policy,
    state,
    runs,
    nextUse: policy.sight === 'future' ? nextUses(runs, pages) : new Uint32Array(0),
    resident: new Uint8Array(pages),
    referenced: new Uint8Array(pages),
    modified: new Uint8Array(pages),
    pinned: new Uint8Array(pages),
    wanted: -1,
    residentCount: 0,
    executed: 0,
    references: 0,
    shown: 0,
    faults: 0,
    victims: [],
  };
  return Object.assign(drive, { view: viewOf(drive) });
}

/** The same drive a second time: neither knows of the other. State must be plain for it. */
export function cloneDrive(drive: Drive): Drive {
  const { policy, view: _view, ...plain } = drive;
  const copy: Omit<Drive, 'view'> = { policy, ...structuredClone(plain) };
  return Object.assign(copy, { view: viewOf(copy) });
}

/** Executes the next run with `frames` frames, evicting what no longer fits. */
export function step(drive: Drive, frames: number): void {
  const run = drive.runs[drive.executed];
  const page = run >>> 8;
  if (drive.resident[page] === 0) {
    drive.faults++;
    while (drive.residentCount >= frames) evict(drive, page);
    drive.resident[page] = 1;
    drive.residentCount++;
    drive.policy.admitted(drive.state, page, drive.view);
    giveUpOutside(drive, page);
  }
  drive.executed++;
  drive.references += lengthOfRun(run);
  drive.referenced[page] = 1;
  if (kindOfRun(run) === WRITE) drive.modified[page] = 1;
}

/** Pages that the policy wants no longer go, but not the one that has just come. */
function giveUpOutside(drive: Drive, come: number): void {
  const { policy, pinned, state, view } = drive;
  if (policy.outside === undefined) return;
  const wasPinned = pinned[come];
  pinned[come] = 1;
  show(drive);
  for (let page = policy.outside(state, view); page >= 0; page = policy.outside(state, view)) {
    if (!view.evictable(page)) throw new Error(`page ${page} outside cannot be given up`);
    drive.victims.push(page);
    drop(drive, page);
  }
  pinned[come] = wasPinned;
}

/** The policy gives up one page, which is checked: for `wanted`, or as under a notice. */
export function evict(drive: Drive, wanted = -1): void {
  show(drive);
  drive.wanted = wanted;
  const victim = drive.policy.victim(drive.state, drive.view);
  drive.wanted = -1;
  if (drive.resident[victim] !== 1) throw new Error(`victim ${victim} is not resident`);
  if (drive.pinned[victim] === 1) throw new Error(`victim ${victim} is not evictable`);
  drive.victims.push(victim);
  drop(drive, victim);
}

/** A resident page leaves, by whose wish ever. */
export function drop(drive: Drive, page: number): void {
  drive.resident[page] = 0;
  drive.referenced[page] = 0;
  drive.modified[page] = 0;
  drive.residentCount--;
  drive.policy.removed(drive.state, page, drive.view);
}

/** Shows an oracle the runs executed since last time. */
export function show(drive: Drive): void {
  const { policy, runs, nextUse, shown, executed } = drive;
  if (policy.sight !== 'oracle' && policy.sight !== 'future') return;
  policy.referencesSeen?.(drive.state, { runs, from: shown, to: executed, nextUse });
  drive.shown = executed;
}

/** Runs all of `runs` in a fixed number of frames. */
export function drivePolicy(
  policy: Policy,
  runs: Uint32Array,
  pages: number,
  frames: number,
  options: { seed?: number; parameters?: Readonly<Record<string, number>> } = {},
): { faults: number; victims: number[] } {
  const drive = startDrive(policy, runs, pages, { ...options, frames });
  while (drive.executed < runs.length) step(drive, frames);
  const wrong = policy.check?.(drive.state);
  if (wrong !== undefined) throw new Error(wrong);
  return { faults: drive.faults, victims: drive.victims };
}

function viewOf(drive: Omit<Drive, 'view'>): PolicyView {
  return {
    now: () => drive.references,
    referenced: (page) => drive.referenced[page] === 1,
    clearReferenced: (page) => {
      drive.referenced[page] = 0;
    },
    modified: (page) => drive.modified[page] === 1,
    evictable: (page) => drive.resident[page] === 1 && drive.pinned[page] === 0,
    priority: () => 0,
    discardable: () => false,
    wanted: () => drive.wanted,
  };
}
