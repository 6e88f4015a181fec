/**
 * A central pager's part towards its management, and nothing else: several tasks take turns, one
 * reference each; frames are counted; bits are arrays; what is written is clean at once. Once in
 * `every` references the management ticks, and gives up what it asks to.
 *
 *   fault -> (no frame free: victim -> removed) -> admitted -> the reference executes -> tick?
 */

import type {
  CentralContext,
  CentralManagement,
  CentralView,
} from '../../contracts/central-management.ts';

export interface CentralDrive<State = unknown> {
  readonly management: CentralManagement<State>;
  readonly state: State;
  readonly view: CentralView;
  /** By member: pages of its own, in order of reference; how many are executed; its faults. */
  readonly strings: readonly (readonly number[])[];
  readonly done: number[];
  readonly faults: number[];
  readonly rescues: number[];
  readonly firstPage: number[];
  readonly resident: Uint8Array;
  readonly unmapped: Uint8Array;
  readonly referenced: Uint8Array;
  readonly modified: Uint8Array;
  readonly stopped: Uint8Array;
  readonly ended: Uint8Array;
  frames: number;
  residentCount: number;
  /** Sum of the resident count after each reference. */
  residentSum: number;
  faulting: number;
  /** The page whose fault a victim is asked for, or -1. */
  wanted: number;
  suspensions: number;
  readonly victims: number[];
}

interface DriveOptions {
  frames: number;
  every?: number;
  parameters?: Readonly<Record<string, number>>;
}

/** Runs the tasks to their ends. A management that keeps a task suspended for ever fails. */
export function driveCentral<State>(
  management: CentralManagement<State>,
  strings: readonly (readonly number[])[],
  options: DriveOptions,
): CentralDrive<State> {
  const drive = startCentral(management, strings, options);
  const { every = 1 } = options;
  for (let idle = 0, at = 0; isAnyLeft(drive); at++) {
    const member = at % strings.length;
    const runs = drive.stopped[member] === 0 && drive.done[member] < strings[member].length;
    if (runs) referenceOne(drive, member);
    idle = runs ? 0 : idle + 1;
    if (idle > 10_000 * strings.length) throw new Error('nobody runs any more');
    if (runs ? total(drive.done) % every === 0 : at % every === 0) tick(drive);
    if (!runs) continue;
    drive.residentSum += drive.residentCount;
    if (drive.done[member] === strings[member].length) end(drive, member);
  }
  const wrong = management.check?.(drive.state);
  if (wrong !== undefined) throw new Error(wrong);
  return drive;
}

export function startCentral<State>(
  management: CentralManagement<State>,
  strings: readonly (readonly number[])[],
  { frames, parameters }: DriveOptions,
): CentralDrive<State> {
  const sizes = strings.map((pages) => 1 + pages.reduce((most, page) => Math.max(most, page), 0));
  const firstPage = sizes.map((_, at) => total(sizes.slice(0, at)));
  const pages = total(sizes);
  const context: CentralContext = {
    pages,
    guaranteedFrames: frames,
    parameters: { ...management.parameters, ...parameters },
    seed: 1,
    members: sizes.map((size, at) => ({
      name: `task-${at}`,
      firstPage: firstPage[at],
      pages: size,
      parameters: { ...management.taskParameters },
    })),
  };
  const drive: Omit<CentralDrive<State>, 'view'> = {
    management,
    state: management.create(context),
    strings,
    done: strings.map(() => 0),
    faults: strings.map(() => 0),
    rescues: strings.map(() => 0),
    firstPage,
    resident: new Uint8Array(pages),
    unmapped: new Uint8Array(pages),
    referenced: new Uint8Array(pages),
    modified: new Uint8Array(pages),
    stopped: new Uint8Array(strings.length),
    ended: new Uint8Array(strings.length),
    frames,
    residentCount: 0,
    residentSum: 0,
    faulting: -1,
    wanted: -1,
    suspensions: 0,
    victims: [],
  };
  return Object.assign(drive, { view: viewOf(drive as CentralDrive<State>) });
}

/** A member executes its next reference, faulting first if it must. */
export function referenceOne(drive: CentralDrive, member: number): void {
  const { management, state, view } = drive;
  const page = drive.firstPage[member] + drive.strings[member][drive.done[member]];
  drive.faulting = member;
  if (drive.resident[page] === 0) {
    drive.faults[member]++;
    while (drive.residentCount >= drive.frames) giveUp(drive, page);
    drive.resident[page] = 1;
    drive.residentCount++;
    management.admitted(state, page, view);
  } else if (drive.unmapped[page] === 1) {
    drive.rescues[member]++;
    drive.unmapped[page] = 0;
    management.rescued?.(state, page, view);
  }
  drive.faulting = -1;
  drive.referenced[page] = 1;
  drive.done[member]++;
  show(drive, page);
}

/** A tick, and what it asks to give up. */
export function tick(drive: CentralDrive): void {
  const count = drive.management.ticked?.(drive.state, drive.view) ?? 0;
  for (let asked = 0; asked < count && drive.residentCount > 0; asked++) giveUp(drive);
}

function giveUp(drive: CentralDrive, wanted = -1): void {
  drive.wanted = wanted;
  const page = drive.management.victim(drive.state, drive.view);
  drive.wanted = -1;
  if (drive.resident[page] !== 1) throw new Error(`victim ${page} is not resident`);
  drive.victims.push(page);
  leave(drive, page);
}

function leave(drive: CentralDrive, page: number): void {
  for (const bits of [drive.resident, drive.unmapped, drive.referenced, drive.modified])
    bits[page] = 0;
  drive.residentCount--;
  drive.management.removed(drive.state, page, drive.view);
}

/** An oracle sees each reference at once. */
function show({ management, state }: CentralDrive, page: number): void {
  management.referencesSeen?.(state, {
    runs: Uint32Array.of(page * 256 + 1),
    from: 0,
    to: 1,
    nextUse: new Uint32Array(0),
  });
}

function end(drive: CentralDrive, member: number): void {
  const from = drive.firstPage[member];
  drive.ended[member] = 1;
  const to = drive.firstPage[member + 1] ?? drive.resident.length;
  for (let page = from; page < to; page++) if (drive.resident[page] === 1) leave(drive, page);
  drive.management.ended?.(drive.state, member, drive.view);
}

function isAnyLeft({ strings, done }: CentralDrive): boolean {
  return strings.some((pages, member) => done[member] < pages.length);
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function viewOf(drive: CentralDrive): CentralView {
  const memberOf = (page: number) => {
    let member = 0;
    while (member + 1 < drive.firstPage.length && drive.firstPage[member + 1] <= page) member++;
    return member;
  };
  return {
    now: () => total(drive.done),
    referenced: (page) => drive.unmapped[page] === 0 && drive.referenced[page] === 1,
    clearReferenced: (page) => {
      drive.referenced[page] = 0;
    },
    modified: (page) => drive.modified[page] === 1,
    evictable: (page) => drive.resident[page] === 1,
    priority: () => 0,
    discardable: () => false,
    wanted: () => drive.wanted,
    frames: () => drive.frames,
    freeFrames: () => drive.frames - drive.residentCount,
    comingFrames: () => 0,
    faulting: () => drive.faulting,
    memberOf,
    framesOf: (member) =>
      drive.resident.reduce(
        (sum, one, page) => sum + (one === 1 && memberOf(page) === member ? 1 : 0),
        0,
      ),
    taskTime: (member) => drive.done[member],
    isLiving: (member) => drive.ended[member] === 0,
    unmap: (page) => {
      drive.unmapped[page] = 1;
      drive.referenced[page] = 0;
    },
    isUnmapped: (page) => drive.unmapped[page] === 1,
    clean: (page) => {
      const was = drive.modified[page] === 1;
      drive.modified[page] = 0;
      return was;
    },
    suspend: (member) => {
      if (drive.stopped[member] === 0) drive.suspensions++;
      drive.stopped[member] = 1;
    },
    resume: (member) => {
      drive.stopped[member] = 0;
    },
  };
}
