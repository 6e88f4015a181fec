/**
 * Block requests: what a disk was asked for, as references to pages.
 *
 * A request for bytes [start, start + count) of device d is one reference to each page that it
 * touches, in order. Device d's pages begin at d * 2^40, so that the blocks of several disks in one
 * file are different pages. A request of no bytes touches nothing.
 */

import { addPages } from './page-ranges.ts';
import type { ReferenceLog } from './reference-log.ts';

const REQUEST_BYTES_MAX = 2 ** 28;
const DEVICES_MAX = 4096;
const DEVICE_PAGES = 2 ** 40;
const BYTES_END = 2 ** 53;

/** Adds a request; false for one that cannot be: beyond 2^40 pages, or of more than 256 MiB. */
export function addBytes(
  log: ReferenceLog,
  device: number,
  start: number,
  count: number,
  kind: number,
): boolean {
  const pageBytes = 1 << log.pageBits;
  const first = Math.floor(start / pageBytes);
  const sane = device >= 0 && device < DEVICES_MAX && start >= 0 && start + count < BYTES_END;
  if (!sane || first >= DEVICE_PAGES || count < 0 || count > REQUEST_BYTES_MAX) return false;
  if (count === 0) return true;
  const place = start - first * pageBytes;
  addPages(log, device * DEVICE_PAGES + first, ((place + count - 1) >> log.pageBits) + 1, kind);
  return true;
}
