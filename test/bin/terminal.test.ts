import { expect, test } from 'vitest';
import { enterTerminal, isPaintable } from '../../bin/terminal.ts';

/** A stream that writes down what it is given. */
function scribe(more: object = {}): { stream: NodeJS.WriteStream; written: string[] } {
  const written: string[] = [];
  const write = (text: string): boolean => {
    written.push(text);
    return true;
  };
  return { stream: { isTTY: true, write, ...more } as unknown as NodeJS.WriteStream, written };
}

const esc = String.fromCharCode(27);

test('a picture is one write, and the terminal is given back once', () => {
  const { stream, written } = scribe({ columns: 40, rows: 10 });
  const terminal = enterTerminal(stream);
  terminal.paint(['one', 'two']);
  expect(written).toHaveLength(2);
  expect(written[0]).toBe(`${esc}[?1049h${esc}[?25l`);
  expect(written[1]).toBe(`${esc}[?2026h${esc}[Hone${esc}[K\r\ntwo${esc}[K${esc}[J${esc}[?2026l`);
  terminal.leave();
  terminal.leave();
  terminal.paint(['three']);
  expect(written.slice(2)).toEqual([`${esc}[?25h${esc}[?1049l`]);
});

test('its size is that of now', () => {
  const { stream } = scribe({ columns: 40, rows: 10 });
  const terminal = enterTerminal(stream);
  expect(terminal.size()).toEqual({ width: 40, height: 10 });
  Object.assign(stream, { columns: 140, rows: 40 });
  expect(terminal.size()).toEqual({ width: 140, height: 40 });
  expect(enterTerminal(scribe().stream).size()).toEqual({ width: 80, height: 24 });
});

test('a pipe is not painted on', () => {
  expect(isPaintable(scribe().stream)).toBe(process.env.TERM !== 'dumb');
  expect(isPaintable(scribe({ isTTY: false }).stream)).toBe(false);
});
