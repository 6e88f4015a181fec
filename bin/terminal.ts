/**
 * Terminal: the few ANSI sequences that a picture repainted in place needs. Frames go to the other
 * screen, so that what stood there before is there again at the end; each is one write, shown at
 * once by terminals that know synchronized output, so nothing flickers.
 */

import type { WriteStream } from 'node:tty';

const OTHER_SCREEN = '\u001b[?1049h\u001b[?25l';
const OWN_SCREEN = '\u001b[?25h\u001b[?1049l';
const BEGIN = '\u001b[?2026h\u001b[H';
const END = '\u001b[J\u001b[?2026l';
const REST_OF_LINE = '\u001b[K';

export interface Terminal {
  /** Shows the lines in place of those before. */
  readonly paint: (lines: readonly string[]) => void;
  readonly size: () => { width: number; height: number };
  /** Gives the terminal back as it was; further calls do nothing. */
  readonly leave: () => void;
}

/** Whether pictures can be painted there. */
export function isPaintable(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && process.env.TERM !== 'dumb';
}

/** Takes the terminal over until `leave`. */
export function enterTerminal(stream: NodeJS.WriteStream): Terminal {
  const { columns, rows } = stream as WriteStream;
  const fallback = { width: columns || 80, height: rows || 24 };
  let inside = true;
  stream.write(OTHER_SCREEN);
  return {
    paint: (lines) => {
      if (!inside) return;
      const text = lines.map((line) => `${line}${REST_OF_LINE}`).join('\r\n');
      stream.write(`${BEGIN}${text}${END}`);
    },
    size: () => ({
      width: (stream as WriteStream).columns || fallback.width,
      height: (stream as WriteStream).rows || fallback.height,
    }),
    leave: () => {
      if (inside) stream.write(OWN_SCREEN);
      inside = false;
    },
  };
}
