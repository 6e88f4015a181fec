/**
 * Text for a terminal: numbers grouped by thousands, lines wrapped, dim where there are colours.
 */

const COLUMNS = 120;

export interface Style {
  readonly colours: boolean;
}

/** 1234567 -> 1,234,567, the same on every machine. */
export function grouped(count: number): string {
  return String(Math.round(count)).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** The count grouped where that fits `width`, else in thousands, millions, ... to three digits. */
export function counted(count: number, width: number): string {
  const text = grouped(count);
  if (text.length <= width) return text;
  const power = Math.min(4, Math.floor((String(Math.round(count)).length - 1) / 3));
  const value = count / 1000 ** power;
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${['', 'k', 'M', 'G', 'T'][power]}`;
}

export function dim(text: string, { colours }: Style): string {
  return colours ? `\u001b[2m${text}\u001b[22m` : text;
}

export function bold(text: string, { colours }: Style): string {
  return colours ? `\u001b[1m${text}\u001b[22m` : text;
}

/** The text in lines of at most `width` columns, all but the first indented. */
export function wrapped(text: string, indent: string, width = COLUMNS): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= width || line.trim() === '') {
      line = longer;
      continue;
    }
    lines.push(line);
    line = `${indent}${word}`;
  }
  lines.push(line);
  return lines;
}

/** Cut to `width`, with a mark where it was. */
export function clipped(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}~`;
}

/** 1.98 or 143.9: three digits or so. */
export function ratio(value: number): string {
  if (value >= 1000) return grouped(value);
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}
