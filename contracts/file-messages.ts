/**
 * Messages of file servers (SPEC [FILE7] on). `messages.ts` has them among all others.
 *
 * A file is named by ten characters of 6 bits in two words [FILE6], and by a handle from its opening
 * on. Lengths and places are in pages. A container of pages comes along where data is to move.
 */

import { z } from 'zod';
import { block, capability, count, flag, length, refusal, tag } from './field-schemas.ts';

/** Half of a name: five characters. */
const nameWord = z
  .int()
  .min(0)
  .max(2 ** 30 - 1);
/** What the server gave when the file was opened. */
const handle = z
  .int()
  .min(0)
  .max(2 ** 16 - 1);

/** In order of op number. */
export const fileMessages = {
  // Client -> file server.
  /** Opens the file with that name; create 1: makes it if it is not there. */
  openFile: z.object({ low: nameWord, high: nameWord, create: flag, tag }),
  closeFile: z.object({ file: handle }),
  /** Fills the container's pages from page `page` of the file on, as far as that reaches. */
  readFile: z.object({ container: capability, file: handle, page: block, tag }),
  /** Makes the container's pages those of the file from page `page` on. */
  writeFile: z.object({ container: capability, file: handle, page: block, tag }),
  /** Sets the file's length; what is beyond the old one reads as zeros. */
  truncateFile: z.object({ file: handle, pages: count, tag }),
  /** Answered when all that was done to any file until now is durable. */
  syncFile: z.object({ file: handle, tag }),
  /** Which block holds page `page`, and how many pages from there on lie on neighbours. */
  mapFile: z.object({ file: handle, page: block, tag }),
  /** Names the pages that the sender's next copyRange copies. */
  rangeFrom: z.object({ file: handle, page: block, pages: length }),
  /** Makes them pages of this file too, from `page` on; both share the blocks. */
  copyRange: z.object({ file: handle, page: block, tag }),
  /** Which file is the first from number `from` on. */
  listFiles: z.object({ from: block, tag }),
  /** How the sender is going to read; willNeed names pages. */
  hintFile: z.object({ file: handle, hint: z.int().min(0).max(4), page: block, pages: count }),
  /** The file and its name are gone; who has it open reads nothing more. */
  removeFile: z.object({ file: handle, tag }),
  // File server -> client.
  fileIs: z.object({ tag, file: handle, pages: count }),
  /** `pages` were read, written, copied; the first ones, where the reason is not 0. */
  fileDone: z.object({ tag, reason: refusal, pages: count }),
  /** hole 1: no block, the pages are zeros. */
  fileRun: z.object({ tag, block, pages: count, hole: flag }),
  /** The file with that number; list on from the number after it. */
  fileEntry: z.object({ tag, number: block, low: nameWord, high: nameWord }),
  // Client -> pipe; fileDone answers both ends when the pages are there.
  /** The container's pages go to whoever reads next. */
  writePipe: z.object({ container: capability, tag }),
  /** They come into this container. */
  readPipe: z.object({ container: capability, tag }),
} as const;

/** Hints of hintFile, by number, as scenarios name them. */
export const readingHints = ['none', 'sequential', 'random', 'once', 'willNeed'] as const;
export const HINT_NONE = 0;
export const HINT_SEQUENTIAL = 1;
export const HINT_RANDOM = 2;
/** Each page once, and not again. */
export const HINT_ONCE = 3;
/** The pages named are read soon. */
export const HINT_WILL_NEED = 4;
