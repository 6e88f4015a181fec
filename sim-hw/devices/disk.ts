/**
 * Disk: one arm, one spindle, one request at a time, first come first served (after Ruemmler and
 * Wilkes 1994, "An introduction to disk drive modeling").
 *
 *   accepted --(queue)--> seek --> rotation --> 8 sectors pass the head --> done
 *                         `-> already in the read-ahead buffer: bus transfer --> done
 *
 * A seek over d cylinders takes a + b * sqrt(d). The spindle turns without pause from time 0, at an
 * angle that the seed gives, so where it stands follows from the time. After a read the drive goes
 * on reading into its buffer until the buffer is full or another request moves the arm; the next
 * block of a sequential reader comes from there.
 *
 * Left out: head switches and skew (a block that passes a track's end does so without a pause),
 * spare sectors, write caching, reordering, the command's own overhead.
 */

import { assert } from '../assert.ts';
import type { Figure } from '../costs/profile.ts';
import { createRandom, nextBelow } from '../random.ts';
import { holdingDoubles } from '../shape.ts';
import type { DeviceModel, DeviceState } from './device.ts';

const RZ57 = 'DEC RZ57, 1990 (recalled)';

/** Figures of the drive, with their sources. */
export const diskFigures = {
  revolutionNs: { value: 16_666_667, source: `${RZ57}: 3600 rpm; 60 s / 3600` },
  sectorsPerTrack: {
    value: 71,
    source: `${RZ57}: 71 sectors of 512 bytes; 2.18 MB/s past the head`,
  },
  tracksPerCylinder: { value: 15, source: `${RZ57}: 15 data heads` },
  cylinders: { value: 1854, source: `${RZ57}: 1.01 GB in all` },
  seekNs: { value: 3_900_000, source: 'a: chosen so that one cylinder takes 4.4 ms (recalled: 4)' },
  seekPerRootNs: {
    value: 461_600,
    source:
      `b: ${RZ57}: 14.5 ms average seek; mean sqrt(d) = 8/15 * sqrt(1854) = 22.96; ` +
      '(14.5 - 3.9) ms / 22.96',
  },
  busNs: { value: 1_024_000, source: '4096 bytes at 4 MB/s, synchronous SCSI-1 (recalled)' },
  bufferBlocks: { value: 16, source: `${RZ57}: 64 KiB read-ahead buffer` },
} as const satisfies Record<string, Figure>;

const REVOLUTION_NS = diskFigures.revolutionNs.value;
const SECTORS_PER_TRACK = diskFigures.sectorsPerTrack.value;
const SECTORS_PER_CYLINDER = SECTORS_PER_TRACK * diskFigures.tracksPerCylinder.value;
const SECTORS_PER_BLOCK = 8;
const TRANSFER_NS = Math.round((REVOLUTION_NS * SECTORS_PER_BLOCK) / SECTORS_PER_TRACK);
const BLOCKS = Math.floor((SECTORS_PER_CYLINDER * diskFigures.cylinders.value) / SECTORS_PER_BLOCK);
const BUFFER_BLOCKS = diskFigures.bufferBlocks.value;
const NOTHING = -1;

export interface DiskState extends DeviceState {
  readonly kind: 'disk';
  /** Angle of the spindle at time 0, as time since sector 0 passed the head. */
  readonly phaseNs: number;
  /** When the last accepted request completes. */
  freeAtNs: number;
  /** Where the arm stands then. */
  cylinder: number;
  /** Block that read-ahead began with, or NOTHING, and when that block had passed the head. */
  aheadFirst: number;
  aheadNs: number;
}

export const disk: DeviceModel<DiskState> = {
  name: 'disk',
  summary: `SCSI disk, 1.0 GB, 3600 rpm, 14.5 ms average seek, 2.2 MB/s. ${RZ57}.`,
  blocks: BLOCKS,
  create,
  submit,
};

/** The same drive with its read-ahead off: a sequential reader that pauses waits for a revolution. */
export const plainDisk: DeviceModel<DiskState> = {
  name: 'disk-plain',
  summary: `The same SCSI disk with its read-ahead off. ${RZ57}.`,
  blocks: BLOCKS,
  create,
  submit(state, nowNs, block, write) {
    state.aheadFirst = NOTHING;
    return submit(state, nowNs, block, write);
  },
};

function create(seed: number): DiskState {
  return holdingDoubles(
    {
      kind: 'disk',
      requests: 0,
      busyNs: 0,
      queuedNs: 0,
      phaseNs: nextBelow(createRandom(seed), REVOLUTION_NS),
      freeAtNs: 0,
      cylinder: 0,
      aheadFirst: NOTHING,
      aheadNs: 0,
    },
    'busyNs',
    'queuedNs',
    'phaseNs',
    'freeAtNs',
    'aheadNs',
  );
}

function submit(state: DiskState, nowNs: number, block: number, write: boolean): number {
  assert(block >= 0 && block < BLOCKS && block === Math.floor(block), 'disk: no such block');
  const startNs = Math.max(nowNs, state.freeAtNs);
  let doneNs: number;
  if (!write && isAhead(state, block)) {
    doneNs = takeAhead(state, startNs, block);
  } else {
    doneNs = passHead(state, startNs, block);
    state.aheadFirst = write ? NOTHING : block;
    state.aheadNs = doneNs;
  }
  state.requests++;
  state.queuedNs += startNs - nowNs;
  state.busyNs += doneNs - startNs;
  state.freeAtNs = doneNs;
  return doneNs;
}

/** Whether the block is in the read-ahead buffer, or will be: the arm stays on its cylinder. */
function isAhead(state: DiskState, block: number): boolean {
  const ahead = block - state.aheadFirst;
  if (state.aheadFirst === NOTHING || ahead < 0 || ahead >= BUFFER_BLOCKS) return false;
  return Math.floor((block * SECTORS_PER_BLOCK) / SECTORS_PER_CYLINDER) === state.cylinder;
}

/** Serves a block from the buffer. While the reader keeps up, the drive reads on past it. */
function takeAhead(state: DiskState, startNs: number, block: number): number {
  const passedNs = state.aheadNs + (block - state.aheadFirst) * TRANSFER_NS;
  const fullNs = state.aheadNs + (BUFFER_BLOCKS - 1) * TRANSFER_NS;
  if (startNs <= fullNs) {
    state.aheadFirst = block;
    state.aheadNs = passedNs;
  }
  return Math.max(startNs, passedNs) + diskFigures.busNs.value;
}

/** Moves the arm; returns when the block's last sector has passed the head. */
function passHead(state: DiskState, startNs: number, block: number): number {
  const sector = block * SECTORS_PER_BLOCK;
  const cylinder = Math.floor(sector / SECTORS_PER_CYLINDER);
  const distance = Math.abs(cylinder - state.cylinder);
  state.cylinder = cylinder;
  const settledNs = startNs + (distance === 0 ? 0 : seekNs(distance));
  const angleNs = (settledNs + state.phaseNs) % REVOLUTION_NS;
  // Where a block ends is, to the nanosecond, where the next one begins.
  const firstNs = sectorAngleNs(sector % SECTORS_PER_TRACK);
  const endNs = sectorAngleNs((sector % SECTORS_PER_TRACK) + SECTORS_PER_BLOCK);
  const waitNs = firstNs - angleNs;
  return settledNs + (waitNs < 0 ? waitNs + REVOLUTION_NS : waitNs) + (endNs - firstNs);
}

function sectorAngleNs(sector: number): number {
  return Math.round((sector * REVOLUTION_NS) / SECTORS_PER_TRACK);
}

function seekNs(distance: number): number {
  const curve = diskFigures.seekPerRootNs.value * Math.sqrt(distance);
  return diskFigures.seekNs.value + Math.floor(curve);
}
