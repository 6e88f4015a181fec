/**
 * Reading an event log: the run it is of and its contract events, each line checked. A host file.
 *
 * A log is a file of `--events`, or stands in the folder `events` of what `--out --log` wrote: one
 * for each row. Step events are passed over: a task's frames are told by contract events alone.
 */

import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { contractEventSchema } from '../../contracts/contract-records.ts';
import {
  eventRecordSchema,
  type RunHeader,
  runHeaderSchema,
} from '../../contracts/event-records.ts';
import type { ContractEvent } from '../../contracts/events.ts';
import { stepEventSchema } from '../../contracts/step-records.ts';
import { inputError } from '../scenario/input-error.ts';
import { managementNames } from '../scenario/schema.ts';

export interface EventLog {
  readonly file: string;
  /** Null: a log without a first line that says what it is of. */
  readonly run: RunHeader | null;
  readonly events: readonly ContractEvent[];
}

/** Which of a folder's logs is meant; absent: whichever. */
export interface LogChoice {
  readonly management?: string;
  readonly frames?: number;
}

/** Rows whose tasks hold contracts. */
export const leasedRows: readonly string[] = [
  'contracts',
  'contracts-undefended',
  'contracts-equal',
  'unlimited',
];

/** A row under one pager for all: its log tells of no contract. */
export function isCentral(row: string): boolean {
  return managementNames.some((name) => name === row) && !leasedRows.includes(row);
}

const stepKinds = new Set<string>(stepEventSchema.options.map((one) => one.shape.kind.value));
const contractKinds = new Set<string>(
  contractEventSchema.options.map((one) => one.shape.kind.value),
);

/** Reads the log that `out` is, or holds. Refuses (InputError) what is none, line by line. */
export async function readEventLog(out: string, choice: LogChoice): Promise<EventLog> {
  const file = findLog(out, choice);
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity });
  const events: ContractEvent[] = [];
  let run: RunHeader | null = null;
  let number = 0;
  for await (const line of lines) {
    number++;
    if (line === '') continue;
    const record = parseLine(file, number, line);
    if (record.kind === 'run' && number === 1) run = runHeaderSchema.parse(record);
    else if (contractKinds.has(record.kind)) events.push(record as ContractEvent);
  }
  if (number === 0) throw inputError(file, 'is empty, expected an event log; was its run ended?');
  requireChoice(file, run, choice);
  return { file, run, events };
}

function parseLine(file: string, number: number, line: string): { kind: string } {
  const place = `${file}:${number}`;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw notALine(place, 'is no JSON object');
  }
  const kind = (value as { kind?: unknown } | null)?.kind;
  // They are the bulk of a large log, and nothing here reads them.
  if (typeof kind === 'string' && stepKinds.has(kind)) return { kind };
  const parsed = eventRecordSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue.path.join('.');
  // Of a kind that there is not zod would name all that there are.
  const why = where === 'kind' ? 'its kind is unknown' : `${where || 'line'}: ${issue.message}`;
  throw notALine(place, `is no event record (${why})`);
}

function notALine(place: string, what: string): Error {
  return inputError(place, `${what}, expected a line that --events or --log wrote; check the file`);
}

function findLog(out: string, choice: LogChoice): string {
  if (!existsSync(out))
    throw inputError(
      out,
      'does not exist, expected an event log or a folder of --out with logs; check the path',
    );
  if (!statSync(out).isDirectory()) return out;
  const folder = existsSync(join(out, 'events')) ? join(out, 'events') : out;
  const all = readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson'))
    .toSorted();
  if (all.length === 0)
    throw inputError(
      out,
      'holds no event log, expected events/*.ndjson; run again with --out and --log',
    );
  const meant = all.filter((name) => isMeant(name, choice));
  if (meant.length === 1) return join(folder, meant[0]);
  const names = (meant.length > 0 ? meant : all).map((name) => name.replace('.ndjson', ''));
  const found = meant.length > 1 ? `holds ${meant.length} logs` : 'holds no log of that row';
  throw inputError(
    out,
    `${found}, expected one; choose by --management and --frames among ${names.join(', ')}`,
  );
}

/** Unless a row is named, those whose tasks have no contracts are not meant. */
function isMeant(file: string, { management, frames }: LogChoice): boolean {
  const [, row, size] = /^(.*)-(\d+)\.ndjson$/.exec(file) ?? [null, file, ''];
  const isRow = management === undefined ? !isCentral(row) : row === management;
  return isRow && (frames === undefined || size === String(frames));
}

/** A file that is named by itself may still not be the row that was asked for. */
function requireChoice(file: string, run: RunHeader | null, choice: LogChoice): void {
  if (run === null) return;
  for (const key of ['management', 'frames'] as const) {
    const asked = choice[key];
    if (asked === undefined || asked === run[key]) continue;
    throw inputError(
      file,
      `is of ${run.management} in ${run.frames} frames, expected ${key} ${asked}; name another log`,
    );
  }
}
