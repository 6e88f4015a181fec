/** Progress: one line on standard error that is written over, when that is a terminal. */

export interface Progress {
  readonly tell: (done: number, known: number, running: readonly string[]) => void;
  /** Takes the line away. */
  readonly clear: () => void;
}

const WIDTH = 100;

export function createProgress(wanted: boolean): Progress {
  if (!wanted || process.stderr.isTTY !== true) return { tell: () => {}, clear: () => {} };
  const write = (text: string): void => {
    process.stderr.write(`\r\u001b[K${text.slice(0, WIDTH)}`);
  };
  return {
    tell: (done, known, running) =>
      write(running.length === 0 ? '' : `${done} of ${known} done: ${running.join(', ')}`),
    clear: () => write(''),
  };
}
