/**
 * Metadata: the records that the server keeps for a client, counted against that client (SPEC
 * [MEM19], [MEM20]). Without a limit a client of a few frames could make the server keep any number
 * of them; with one all records together take at most the term's share of memory, since the sum of
 * guarantees does.
 *
 * What a record takes is counted from its fields, as C would lay it out: 4 bytes for a number or a
 * handle, 8 for a time. Genode charges sessions and dataspaces to the client's quota, Viengoos a
 * header page to each folio of 128 objects; figures of their own are not ours. Left out: what has its
 * size from boot on (containers of one run, soft references, blocks of an extent), and lists that are
 * bounded for each client.
 */

import { FRAME_BYTES } from '../../nucleus/table-frames.ts';
import { UNUSED } from './containers/page-state.ts';
import { childAt, OWN } from './contracts/child-contract.ts';
import type { Client, MemoryServerState } from './state.ts';

/** 16 numbers and 3 times. */
const CONTAINER_BYTES = 88;
/** A place: the page's id; the page: frame, place, three counts; its entry under the frame. */
const PLACE_BYTES = 4 + 20 + 8;
/** 12 numbers, 2 times, and its places in two lists. */
export const CHILD_BYTES = 72;

/** Bytes of a container of `places` pages. */
export function containerBytes(places: number): number {
  return CONTAINER_BYTES + PLACE_BYTES * places;
}

/** Whether the client's contract has room for records of so many bytes more [MEM20]. */
export function hasRoomForRecords(
  server: MemoryServerState,
  client: Client,
  bytes: number,
): boolean {
  const { metadataMax } = server.terms;
  if (metadataMax === undefined) return true;
  return client.metadata + bytes <= metadataMax * guaranteeOf(server, client) * FRAME_BYTES;
}

/** The client's records are so many bytes more; below 0: fewer. */
export function chargeRecords(client: Client, bytes: number): void {
  client.metadata += bytes;
  client.metadataMost = Math.max(client.metadataMost, client.metadata);
}

/** Guarantee that records are measured by: what was split off stays; of a child an equal part. */
function guaranteeOf(server: MemoryServerState, client: Client): number {
  if (client.child === OWN) return client.guaranteed + client.splitOff;
  const { guaranteed, members } = childAt(server, client.child);
  return guaranteed / members.length;
}

/** Re-sums all records; returns what is wrong, or undefined. */
export function checkRecords(server: MemoryServerState): string | undefined {
  const bytes = server.clients.map(() => 0);
  for (const { status, owner, cells } of server.pages.containers)
    if (status !== UNUSED) bytes[owner] = (bytes[owner] as number) + containerBytes(cells.length);
  for (const { live, root } of server.children.records)
    if (live) bytes[root] = (bytes[root] as number) + CHILD_BYTES;
  for (const client of server.clients)
    if (client !== null && client.metadata !== bytes[client.id])
      return `task ${client.id} has ${bytes[client.id]} bytes of records, booked ${client.metadata}`;
  return undefined;
}
