/** Faults of devices in scenarios: chances as shares of 1; a medium's are of 2^16. */

import { z } from 'zod';
import { fraction } from './value-schemas.ts';

const CHANCES = 65536;

export const faultsSchema = z.strictObject({
  readErrors: fraction.optional(),
  writeErrors: fraction.optional(),
  lostWrites: fraction.optional(),
  tornWrites: fraction.optional(),
});

export function chancesOf(faults: z.infer<typeof faultsSchema>): Record<string, number> {
  const chances = Object.entries(faults).map(([name, share]) => [name, chanceOf(share ?? 0)]);
  return Object.fromEntries(chances);
}

export function chanceOf(share: number): number {
  return Math.round(share * CHANCES);
}
