/**
 * NVMe: a flash drive that serves many requests at once.
 *
 *   accepted --> link (a block each few hundred ns, in order) --> read: its channel, 80 us --> done
 *                                                             `-> write: drive's cache ----> done
 *
 * Blocks are striped over the channels, so neighbours are read side by side, and two reads of one
 * channel wait for each other. The bandwidth cap is charged where requests enter, one cap for reads
 * and one for writes, as the bus carries both ways at once. Latencies are fixed.
 *
 * Left out: the tail of latencies, garbage collection (a full drive sustains fewer random writes),
 * reads delayed by writes to the same die, several queues.
 */

import { assert } from '../assert.ts';
import type { Figure } from '../costs/profile.ts';
import { holdingDoubles } from '../shape.ts';
import type { DeviceModel, DeviceState } from './device.ts';

const DRIVE = 'data-centre NVMe drive, PCIe 4.0 x4, about 2023 (recalled)';

/** Figures of the drive, with their sources. */
export const nvmeFigures = {
  readNs: { value: 80_000, source: `${DRIVE}: 4 KiB random read, queue depth 1` },
  writeNs: { value: 22_000, source: `${DRIVE}: 4 KiB write into the protected cache, depth 1` },
  channels: { value: 64, source: `${DRIVE}: 64 reads / 80 us = 800,000 reads a second` },
  readLinkNs: { value: 630, source: `${DRIVE}: 6.5 GB/s; 4096 bytes / 6.5 GB/s` },
  writeLinkNs: { value: 1_024, source: `${DRIVE}: 4.0 GB/s; 4096 bytes / 4.0 GB/s` },
  blocks: { value: 234_375_000, source: `${DRIVE}: 960 GB; 960e9 / 4096` },
} as const satisfies Record<string, Figure>;

const CHANNELS = nvmeFigures.channels.value;

export interface NvmeState extends DeviceState {
  readonly kind: 'nvme';
  /** When each way of the link, and each channel, has finished what it accepted. */
  readLinkFreeNs: number;
  writeLinkFreeNs: number;
  readonly channelFreeNs: Float64Array;
}

export const nvme: DeviceModel<NvmeState> = {
  name: 'nvme',
  summary: `NVMe flash, 64 channels, read 80 us, write 22 us, 6.5 and 4.0 GB/s. A ${DRIVE}.`,
  blocks: nvmeFigures.blocks.value,
  create,
  submit,
};

function create(_seed: number): NvmeState {
  return holdingDoubles(
    {
      kind: 'nvme',
      requests: 0,
      busyNs: 0,
      queuedNs: 0,
      readLinkFreeNs: 0,
      writeLinkFreeNs: 0,
      channelFreeNs: new Float64Array(CHANNELS),
    },
    'busyNs',
    'queuedNs',
    'readLinkFreeNs',
    'writeLinkFreeNs',
  );
}

function submit(state: NvmeState, nowNs: number, block: number, write: boolean): number {
  const { blocks, readLinkNs, writeLinkNs, readNs, writeNs } = nvmeFigures;
  assert(block >= 0 && block < blocks.value && block === Math.floor(block), 'nvme: no such block');
  let startNs: number;
  let serviceNs: number;
  if (write) {
    startNs = Math.max(nowNs, state.writeLinkFreeNs);
    state.writeLinkFreeNs = startNs + writeLinkNs.value;
    serviceNs = writeNs.value;
  } else {
    const channel = block % CHANNELS;
    const linkNs = Math.max(nowNs, state.readLinkFreeNs);
    state.readLinkFreeNs = linkNs + readLinkNs.value;
    startNs = Math.max(linkNs, state.channelFreeNs[channel]);
    serviceNs = readNs.value;
    state.channelFreeNs[channel] = startNs + serviceNs;
  }
  state.requests++;
  state.queuedNs += startNs - nowNs;
  state.busyNs += serviceNs;
  return startNs + serviceNs;
}
