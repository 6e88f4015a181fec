/**
 * Event files: the events of a run as JSON lines. A file has its name only once it is whole; what a
 * run leaves behind that was stopped is removed, Ctrl-C included.
 */

import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RunEvent } from '../contracts/event-records.ts';
import {
  createEventStream,
  type EventStream,
  type RowLabel,
  runHeader,
} from '../lab/compare/index.ts';
import { inputError, type LoadedScenario } from '../lab/scenario/index.ts';
import { exitOnSignals } from './signals.ts';

/** Characters gathered before they are written: a step of a run is not worth a system call. */
const TOGETHER = 1 << 16;

interface EventFile {
  readonly write: (event: object) => void;
  /** Writes what is gathered and closes; the file stays under its partial name. */
  readonly end: () => void;
}

/** Where the events of each row go, until they are kept or dropped. */
export interface EventSinks {
  /** What `CompareOptions.eventsOf` takes. */
  readonly eventsOf: (row: RowLabel) => (events: readonly RunEvent[]) => void;
  /** Ends all files; throws what went wrong with any. The file of --events then has its name. */
  readonly keep: () => void;
  /** Removes what was not kept. */
  readonly close: () => void;
  /** Folder of --log, to be moved to where it belongs, or null. */
  readonly folder: string | null;
}

export interface EventWishes {
  /** --events: the one row that is run, into this file. */
  readonly file?: string;
  /** --log: a file a row, for this folder of --out. */
  readonly out?: string;
  /** Every protocol step too. */
  readonly steps: boolean;
}

/** Opens what is wished for, or returns null when nothing is. */
export function openEventSinks(loaded: LoadedScenario, wishes: EventWishes): EventSinks | null {
  const { file, out, steps } = wishes;
  if (file === undefined && out === undefined) return null;
  const partial = file === undefined ? null : `${file}.${process.pid}.partial`;
  const folder = out === undefined ? null : `${resolve(out)}.${process.pid}.events.partial`;
  const files: EventFile[] = [];
  const streams: EventStream<RunEvent>[] = [];
  let broken: unknown;
  if (folder !== null) make(`--out ${out}`, () => mkdirSync(folder));
  const remove = (): void => removeAll(partial, folder);
  process.once('exit', remove);
  const ignoreSignals = exitOnSignals();
  const single = partial === null ? null : openFile(`--events ${file}`, partial);
  if (single) files.push(single);
  let isFirst = true;
  return {
    folder,
    eventsOf: (row) => {
      const stream = createEventStream<RunEvent>();
      const header = runHeader(loaded, row, steps);
      const fail = (error: unknown): void => {
        broken ??= error;
      };
      const into = (one: EventFile): void => {
        one.write(header);
        stream.listen(one.write, fail);
      };
      if (single && isFirst) into(single);
      isFirst = false;
      if (folder !== null) {
        const one = openFile(`--out ${out}`, join(folder, `${row.name}-${row.frames}.ndjson`));
        files.push(one);
        into(one);
      }
      streams.push(stream);
      return stream.push;
    },
    keep: () => {
      for (const stream of streams) stream.complete();
      for (const one of files) one.end();
      if (broken) throw broken;
      if (partial !== null) renameSync(partial, file as string);
    },
    close: () => {
      process.removeListener('exit', remove);
      ignoreSignals();
      for (const one of files) one.end();
      remove();
    },
  };
}

/** What cannot be removed was never made, or is gone already. */
function removeAll(file: string | null, folder: string | null): void {
  try {
    if (file !== null) rmSync(file, { force: true });
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  } catch {}
}

/** `place` is what the user named, for errors. */
function openFile(place: string, name: string): EventFile {
  const file = make(place, () => openSync(name, 'wx'));
  let gathered = '';
  let open = true;
  const flush = (): void => {
    // Whole: one call to write may take a part.
    if (gathered !== '') make(place, () => writeFileSync(file, gathered));
    gathered = '';
  };
  return {
    write: (event) => {
      gathered += `${JSON.stringify(event)}\n`;
      if (gathered.length >= TOGETHER) flush();
    },
    end: () => {
      if (!open) return;
      open = false;
      try {
        flush();
      } finally {
        closeSync(file);
      }
    },
  };
}

function make<Made>(place: string, doing: () => Made): Made {
  try {
    return doing();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw inputError(
      place,
      `cannot be written (${code}), expected a writable place; choose another`,
    );
  }
}
