/** Progress: one line on standard error that is written over, when that is a terminal. */

export interface Progress {
  readonly tell: (done: number, known: number, running: readonly string[]) => void;
  /** Bytes read of so many. */
  readonly read: (bytes: number, of: number) => void;
  /** Takes the line away. */
  readonly clear: () => void;
}

const WIDTH = 100;
/** Between two lines of one kind, and before what is left is guessed. */
const PAUSE_MS = 100;
const GUESS_MS = 1000;

export function createProgress(wanted: boolean): Progress {
  if (!wanted || process.stderr.isTTY !== true)
    return { tell: () => {}, read: () => {}, clear: () => {} };
  const write = (text: string): void => {
    process.stderr.write(`\r\u001b[K${text.slice(0, WIDTH)}`);
  };
  const reading = { since: Date.now(), last: 0 };
  const working = { since: 0 };
  return {
    tell: (done, known, running) => {
      if (working.since === 0) working.since = Date.now();
      const left = leftText(done / known, Date.now() - working.since);
      write(running.length === 0 ? '' : `${done} of ${known} done${left}: ${running.join(', ')}`);
    },
    read: (bytes, of) => {
      const now = Date.now();
      if (now - reading.last < PAUSE_MS) return;
      reading.last = now;
      const share = bytes / of;
      write(`reading: ${Math.floor(100 * share)} %${leftText(share, now - reading.since)}`);
    },
    clear: () => write(''),
  };
}

/** How long the rest will take at the pace so far. */
export function leftText(share: number, passedMs: number): string {
  if (!(share > 0 && share < 1) || passedMs < GUESS_MS) return '';
  const seconds = Math.ceil((passedMs * (1 - share)) / share / 1000);
  return seconds < 100 ? `, ${seconds} s left` : `, ${Math.ceil(seconds / 60)} min left`;
}
