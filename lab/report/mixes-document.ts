/** Mixes document: what `--json` prints for a file with several: a results document for each. */

import { z } from 'zod';
import type { ComparedMix } from '../compare/index.ts';
import { DOCUMENT_VERSION, documentOf, documentSchema } from './document.ts';
import { toOurs } from './mixes.ts';

const count = z.int().min(0);

export const mixesDocumentSchema = z.strictObject({
  version: z.literal(DOCUMENT_VERSION),
  mixes: z.array(
    z.strictObject({
      name: z.string(),
      what: z.string(),
      /** Faults by curves, at each memory size (lab/compare/divisions.ts). */
      divisions: z.array(
        z.strictObject({
          frames: count,
          shared: count.nullable(),
          divided: count,
          equal: count,
          own: count.nullable(),
        }),
      ),
      /** By management and size: how much longer honest tasks take than under contracts. */
      toContracts: z.array(
        z.strictObject({ management: z.string(), frames: count, by: z.number().nullable() }),
      ),
      results: documentSchema,
    }),
  ),
  scenario: z.string(),
});

export function mixesDocument(
  scenario: string,
  mixes: readonly ComparedMix[],
): z.infer<typeof mixesDocumentSchema> {
  return {
    version: DOCUMENT_VERSION,
    scenario,
    mixes: mixes.map(({ name, what, comparison, divisions }) => {
      const ours = (frames: number) =>
        comparison.rows.find((row) => row.management === 'contracts' && row.frames === frames);
      return {
        name,
        what,
        divisions: divisions.map((one) => ({ ...one })),
        toContracts: comparison.rows.map((row) => {
          const by = toOurs(row, ours(row.frames));
          const { management, frames } = row;
          return { management, frames, by: by === null ? null : Math.round(by * 1e4) / 1e4 };
        }),
        results: documentOf(comparison),
      };
    }),
  };
}
