/** Fuzzing: hostile scenarios from seeds, under every oracle. See docs/oracles.md. */

export type { Counts } from './counts.ts';
export { type Drawn, draw } from './draw.ts';
export { type FuzzOptions, type FuzzResult, runFuzz } from './fuzz.ts';
export type { FuzzViolation } from './report.ts';
