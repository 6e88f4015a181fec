/**
 * Decoder: makes pictures out of a stream. Each takes scratch buffers that are written, read, and of
 * no use once it is done; what is kept is the picture, in one of `kept` places in turn, and pages of
 * tables that every picture needs.
 */

import { GARBAGE, READ, type ReferenceString, WANTED, WRITE } from '../../sim-hw/references.ts';
import { createScript, say, stop, touch, written } from './script.ts';

export interface DecoderWork {
  readonly pictures: number;
  /** Pages of scratch buffers, of tables, of a picture. */
  readonly scratch: number;
  readonly tables: number;
  readonly picture: number;
  /** Pictures that are kept. */
  readonly kept: number;
  /** Computing for each page of scratch. */
  readonly workNs: number;
}

export function decoder(work: DecoderWork): ReferenceString {
  const { pictures, scratch, tables, picture, kept, workNs } = work;
  const script = createScript();
  const out = scratch + tables;
  for (let page = scratch; page < out; page++) touch(script, page, WRITE);
  for (let at = 0; at < pictures; at++) {
    say(script, WANTED, 0, scratch);
    for (let page = 0; page < scratch; page++) {
      touch(script, scratch + (page % tables), READ);
      touch(script, page, WRITE);
      stop(script, 0, workNs);
    }
    const place = out + (at % kept) * picture;
    for (let page = 0; page < picture; page++) {
      touch(script, Math.floor((page * scratch) / picture), READ);
      touch(script, place + page, WRITE);
    }
    say(script, GARBAGE, 0, scratch);
    // Shown: all that are kept, in the order in which they were made.
    for (let page = 0; page < Math.min(at + 1, kept) * picture; page++)
      touch(script, out + page, READ);
  }
  return written(script);
}
