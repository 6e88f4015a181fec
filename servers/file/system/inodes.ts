/**
 * Inodes: what is known of each file: its name, its length in pages, its extents. A file's number is
 * the place of its inode; a place used again has another serial, so that whoever still means the file
 * before it finds out. Lengths are whole pages: left out are bytes, owners, times, rights.
 */

import { createExtents, type Extents } from './extents.ts';

/** `nameLow` of an inode that is no file's; every name's first character is above 0. */
export const NO_FILE = 0;

export interface Inodes {
  readonly nameLow: Uint32Array;
  readonly nameHigh: Uint32Array;
  readonly pages: Uint32Array;
  /** Files the place has had; in memory alone. */
  readonly serial: Uint32Array;
  readonly extents: Extents[];
  /** Files there are, and the extents of them all. */
  files: number;
  extentCount: number;
}

export function createInodes(files: number): Inodes {
  return {
    nameLow: new Uint32Array(files),
    nameHigh: new Uint32Array(files),
    pages: new Uint32Array(files),
    serial: new Uint32Array(files),
    extents: Array.from({ length: files }, createExtents),
    files: 0,
    extentCount: 0,
  };
}

export function isFile(inodes: Inodes, inode: number): boolean {
  return inode >= 0 && inode < inodes.pages.length && inodes.nameLow[inode] !== NO_FILE;
}

/** The lowest number that is no file's, or -1. */
export function freeInode(inodes: Inodes): number {
  if (inodes.files === inodes.pages.length) return -1;
  return inodes.nameLow.indexOf(NO_FILE);
}

/** The first file from number `from` on, or -1. */
export function nextFile(inodes: Inodes, from: number): number {
  for (let inode = from; inode < inodes.pages.length; inode++)
    if (inodes.nameLow[inode] !== NO_FILE) return inode;
  return -1;
}

export function makeFile(inodes: Inodes, inode: number, low: number, high: number): void {
  inodes.nameLow[inode] = low;
  inodes.nameHigh[inode] = high;
  inodes.pages[inode] = 0;
  inodes.files++;
}

/** Its extents have been cut before. */
export function removeFile(inodes: Inodes, inode: number): void {
  inodes.nameLow[inode] = NO_FILE;
  inodes.nameHigh[inode] = 0;
  inodes.pages[inode] = 0;
  inodes.serial[inode]++;
  inodes.extents[inode] = createExtents();
  inodes.files--;
}
