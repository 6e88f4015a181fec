/** A hexadecimal address of at most 16 digits, as perf prints it: its low and high word. */
export function wordsOf(digits: string): [low: number, high: number] {
  const low = Number.parseInt(digits.slice(-8), 16);
  return [low, digits.length > 8 ? Number.parseInt(digits.slice(0, -8), 16) : 0];
}
