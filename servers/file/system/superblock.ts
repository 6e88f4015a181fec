/** Superblock: the geometry, written once when the file system is made, in two copies. */

import {
  BLOCK_BYTES,
  createHeader,
  type Geometry,
  getWord,
  HEADER_WORDS,
  layOut,
  openBlock,
  putWord,
  SUPERBLOCK,
  sealBlock,
} from './format.ts';

/** Blocks with a copy of it, the first tried first. */
export const SUPERBLOCKS = [0, 1] as const;

export function encodeSuperblock(geometry: Geometry, block: number): Uint8Array {
  const bytes = new Uint8Array(BLOCK_BYTES);
  const { blocks, journalBlocks, tableBlocks, files } = geometry;
  const words = [blocks, journalBlocks, tableBlocks, files];
  for (let at = 0; at < words.length; at++) putWord(bytes, HEADER_WORDS + at, words[at]);
  sealBlock(bytes, block, { ...createHeader(), kind: SUPERBLOCK, number: 1, count: 1, used: 4 });
  return bytes;
}

/** The geometry, or undefined where the bytes are no superblock of this format. */
export function decodeSuperblock(bytes: Uint8Array, block: number): Geometry | undefined {
  const header = createHeader();
  if (!openBlock(bytes, block, header) || header.kind !== SUPERBLOCK) return undefined;
  const [blocks, journalBlocks, tableBlocks, files] = [0, 1, 2, 3].map((at) =>
    getWord(bytes, HEADER_WORDS + at),
  );
  return layOut(blocks, journalBlocks, tableBlocks, files);
}
