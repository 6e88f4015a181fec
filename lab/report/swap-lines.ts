/** Lines of the table about the layers of swap: what each has counted, and which figures are a model's. */

import type { Row, SwapLayerResult } from '../results.ts';
import { dim, grouped, ratio, type Style, wrapped } from './text.ts';

/** A paragraph for each row that has layers. */
export function swapLines(rows: readonly Row[], style: Style): string[] {
  return rows.flatMap(({ management, frames, swap }) => {
    if (swap === undefined) return [];
    const text = `swap, ${management} at ${grouped(frames)} frames: ${swap.map(layerText).join('; ')}`;
    return wrapped(text, '  ').map((line) => dim(line, style));
  });
}

function layerText({ name, counts, note }: SwapLayerResult): string {
  const told = Object.entries(counts).flatMap(([what, value]) =>
    value === 0 || what.endsWith('Bytes') ? [] : [`${wordsOf(what)} ${grouped(value)}`],
  );
  const { rawBytes, compressedBytes } = counts;
  if (compressedBytes !== undefined && compressedBytes > 0)
    told.unshift(`ratio ${ratio((rawBytes ?? 0) / compressedBytes)}`);
  const known = note === undefined ? '' : ` (${note})`;
  return `${name}${known}: ${told.length === 0 ? 'nothing' : told.join(', ')}`;
}

/** `blocksWritten` as words. */
function wordsOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
