/** File rows: reads of one page a second, from the client's share to its answer. */

import { createReaders, readMany } from './file-readers.ts';
import { cpuSeconds, inTurn, median, type Row } from './measure.ts';

const READS = 200_000;
const ROUNDS = 7;
const CLIENTS = 1_000;
/** Reads under way at a time. */
const AT_ONCE = 32;

export function fileRows(): Row[] {
  const readers = createReaders(CLIENTS);
  let done = 0;
  const [taken] = inTurn(ROUNDS, [
    () =>
      cpuSeconds(() => {
        done += readMany(readers, READS, AT_ONCE);
      }),
  ]);
  if (done % READS !== 0) throw new Error('bench: reads of files were refused');
  return [
    {
      name: 'file-reads',
      value: READS / median(taken as number[]),
      unit: 'reads/s',
      ratio: null,
      of: 'ten messages and a device event; one page, 32 at a time',
    },
  ];
}
