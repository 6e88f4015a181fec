/** Bytes as people say them: `512 B`, `4 KiB`, `2 MiB`, `1.5 GiB`. */

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
const DIGITS = 3;

/** In the largest unit of which there is one at least, to three digits. */
export function bytesText(bytes: number): string {
  const order = bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10);
  const unit = Math.min(UNITS.length - 1, order);
  return `${Number((bytes / 1024 ** unit).toPrecision(DIGITS))} ${UNITS[unit]}`;
}
