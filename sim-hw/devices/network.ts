/**
 * Network: packets between two machines, over one link each way.
 *
 *   sent --> the link (in order, at its bandwidth) --> latency and jitter --> there
 *                                                  `--(loss)--> nowhere
 *
 * Jitter differs from packet to packet, so packets overtake each other. Left out: congestion, switches,
 * the processors at both ends.
 */

import type { Figure } from '../costs/profile.ts';
import { createRandom, nextBelow, nextUint32, type RandomState } from '../random.ts';

const ETHERNET = '10 Gbit/s Ethernet in one machine room, about 2015 (recalled)';

/** What a network is unless a plan says otherwise. */
export const networkFigures = {
  latencyNs: { value: 20_000, source: `${ETHERNET}: 20 us one way, kernel bypass at neither end` },
  jitterNs: { value: 5_000, source: `${ETHERNET}: a quarter of it, chosen` },
  bytesPerSecond: { value: 1_250_000_000, source: `${ETHERNET}: 10e9 / 8` },
  headerBytes: { value: 66, source: 'Ethernet, IPv4, UDP and a request of 20 bytes' },
} as const satisfies Record<string, Figure>;

export interface NetworkPlan {
  readonly latencyNs: number;
  /** Up to so much is added to each packet's latency. */
  readonly jitterNs: number;
  readonly bytesPerSecond: number;
  /** Chance that a packet is lost, in 2^16. */
  readonly loss: number;
}

export interface NetworkState extends NetworkPlan {
  /** When each way of the link has sent what it accepted. */
  readonly freeAtNs: Float64Array;
  readonly random: RandomState;
  readonly counts: { packets: number; lost: number; bytes: number };
}

/** Ways. */
export const THERE = 0;
export const BACK = 1;

export const LOST_ON_THE_WAY = -1;

export function createNetwork(plan: NetworkPlan, seed: number): NetworkState {
  return {
    ...plan,
    freeAtNs: new Float64Array(2),
    random: createRandom(seed),
    counts: { packets: 0, lost: 0, bytes: 0 },
  };
}

/** Sends a packet with `payload` bytes; returns when it arrives, or LOST_ON_THE_WAY. */
export function sendPacket(
  network: NetworkState,
  nowNs: number,
  payload: number,
  way: number,
): number {
  const { latencyNs, jitterNs, bytesPerSecond, loss, freeAtNs, random, counts } = network;
  const bytes = payload + networkFigures.headerBytes.value;
  const start = Math.max(nowNs, freeAtNs[way] as number);
  const sent = start + Math.ceil((bytes * 1e9) / bytesPerSecond);
  freeAtNs[way] = sent;
  counts.packets++;
  counts.bytes += bytes;
  const late = jitterNs > 0 ? nextBelow(random, jitterNs + 1) : 0;
  if (loss > 0 && nextUint32(random) >>> 16 < loss) {
    counts.lost++;
    return LOST_ON_THE_WAY;
  }
  return sent + latencyNs + late;
}
