/** 1234567 -> 1,234,567: the same on every machine, and without the tables of all languages. */
export function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}
