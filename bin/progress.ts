/** Progress: one line on standard error that is written over, when that is a terminal. */

import { bytesText } from '../lab/bytes-text.ts';

export interface Progress {
  /** Done of so many; `part` of the work, where that is not the same. */
  readonly tell: (done: number, known: number, running: readonly string[], part?: number) => void;
  /** Bytes read of so many; of 0: nobody knows how many there are. */
  readonly read: (bytes: number, of: number) => void;
  /** Takes the line away. */
  readonly clear: () => void;
}

const WIDTH_MAX = 100;
/** Between two lines of one kind, between two looks at the clock, and before what is left is guessed. */
const PAUSE_MS = 100;
const REDRAW_MS = 500;
const GUESS_MS = 1000;

export function createProgress(wanted: boolean): Progress {
  if (!wanted || process.stderr.isTTY !== true)
    return { tell: () => {}, read: () => {}, clear: () => {} };
  const line = createLine();
  const reading = { since: 0, from: 0, last: 0 };
  const working = { since: 0, done: 0, until: 0 };
  return {
    tell: (done, known, running, part = done / known) => {
      const now = Date.now();
      if (working.since === 0) working.since = now;
      if (done !== working.done) Object.assign(working, { done, until: now });
      line.show(() => {
        const left = restText(part, working.until - working.since, Date.now() - now);
        const passed = left === '' ? passedText(Date.now() - working.since) : left;
        return running.length === 0
          ? ''
          : `${done} of ${known} done${passed}: ${running.join(', ')}`;
      });
    },
    read: (bytes, of) => {
      const now = Date.now();
      if (reading.since === 0) Object.assign(reading, { since: now, from: bytes });
      if (now - reading.last < PAUSE_MS && bytes !== of) return;
      reading.last = now;
      line.show(() => readText(bytes, of, reading.from, now - reading.since));
    },
    clear: line.clear,
  };
}

/** A line of the terminal, drawn anew now and then: what is left grows less while nothing happens. */
function createLine(): { show: (text: () => string) => void; clear: () => void } {
  let drawn = (): string => '';
  let timer: NodeJS.Timeout | undefined;
  // A line that is wider than the terminal could not be written over.
  const draw = (): void => {
    const width = Math.min(WIDTH_MAX, (process.stderr.columns ?? WIDTH_MAX) - 1);
    process.stderr.write(`\r\u001b[K${drawn().slice(0, width)}`);
  };
  return {
    show: (text) => {
      drawn = text;
      draw();
      timer ??= setInterval(draw, REDRAW_MS).unref();
    },
    clear: () => {
      clearInterval(timer);
      timer = undefined;
      drawn = () => '';
      draw();
    },
  };
}

/** What is read, of which `from` bytes were so many milliseconds ago: what went before tells no pace. */
export function readText(bytes: number, of: number, from: number, passedMs: number): string {
  if (of === 0) return `reading: ${bytesText(bytes)}`;
  const left = restText((bytes - from) / (of - from), passedMs, 0);
  return `reading: ${Math.floor((100 * bytes) / of)} %${left}`;
}

/**
 * How long the rest will take at the pace so far, a share having taken `passedMs`, `sinceMs` ago; empty
 * where it should have been done by now, since the pace tells nothing then.
 */
export function restText(share: number, passedMs: number, sinceMs: number): string {
  if (!(share > 0 && share < 1) || passedMs < GUESS_MS) return '';
  const seconds = Math.ceil(((passedMs * (1 - share)) / share - sinceMs) / 1000);
  return seconds < 1 ? '' : `, ${timeText(seconds)} left`;
}

function passedText(passedMs: number): string {
  return passedMs < GUESS_MS ? '' : `, ${timeText(Math.floor(passedMs / 1000))} so far`;
}

function timeText(seconds: number): string {
  return seconds < 100 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
