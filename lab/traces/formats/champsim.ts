/**
 * ChampSim: instruction traces of the architecture championships (`input_instr` of its
 * inc/trace_instruction.h), 64 bytes an instruction, little-endian.
 *
 *   0      8        9      10        12       16                   32                 64
 *   +------+--------+------+---------+--------+--------------------+------------------+
 *   | ip   | branch | took | 2 out   | 4 in   | 2 written          | 4 read           |
 *   | u64  | u8     | u8   | regs    | regs   | addresses, u64     | addresses, u64   |
 *   +------+--------+------+---------+--------+--------------------+------------------+
 *
 * An instruction is a fetch at ip, then a read at each read address, then a write at each written
 * one; an address of 0 is none. Lost: registers and branches. Nobody told sizes, so no access
 * crosses into a second page. The variant with address-space ids (cloudsuite) is another layout.
 */

import { FETCH, PAGE_BYTES, READ, WRITE } from '../../../sim-hw/references.ts';
import { badRecord } from '../records.ts';
import { addAccess, type ReferenceLog } from '../reference-log.ts';
import type { RecordFormat } from './format.ts';

const RECORD_BYTES = 64;
const READS_AT = 32;
const WRITES_AT = 16;

export const champsim: RecordFormat = {
  kind: 'records',
  name: 'champsim',
  about: 'ChampSim instructions, 64 bytes each',
  lost: 'registers and branches; nobody told access sizes',
  pageBytes: PAGE_BYTES,
  hasAddresses: true,
  readsApart: true,
  recordBytes: RECORD_BYTES,
  isHead: (records) => {
    for (let at = 0; at < records.length; at += RECORD_BYTES)
      if (!isPossible(records, at)) return false;
    return true;
  },
  createParser: () => parseChampsim,
};

function parseChampsim(log: ReferenceLog, bytes: Uint8Array, from: number, to: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = from; at < to && log.limitLeft > 0; at += RECORD_BYTES) {
    log.lines++;
    if (!isPossible(bytes, at)) {
      const found = `branch ${bytes[at + 8]}, taken ${bytes[at + 9]}`;
      throw badRecord(log, RECORD_BYTES, `${found}, expected 0 or 1 and a user's address`);
    }
    addAddress(log, view, at, FETCH);
    for (let word = READS_AT; word < RECORD_BYTES; word += 8)
      addAddress(log, view, at + word, READ);
    for (let word = WRITES_AT; word < READS_AT; word += 8) addAddress(log, view, at + word, WRITE);
  }
}

function addAddress(log: ReferenceLog, view: DataView, at: number, kind: number): void {
  const low = view.getUint32(at, true);
  const high = view.getUint32(at + 4, true);
  if (low !== 0 || high !== 0) addAccess(log, low, high, kind, 1);
}

/** Two flags that are flags, and an instruction that is somewhere, below 2^57. */
function isPossible(bytes: Uint8Array, at: number): boolean {
  let somewhere = 0;
  for (let i = 0; i < 8; i++) somewhere |= bytes[at + i];
  return bytes[at + 8] <= 1 && bytes[at + 9] <= 1 && somewhere !== 0 && bytes[at + 7] <= 1;
}
