/** Checking terms: times become ticks of the clock of terms, defaults are filled in. */

import type { Scenario } from './scenario.ts';
import type { ScenarioDocument } from './schema.ts';
import type { Source } from './source.ts';
import { ticksOf } from './ticks.ts';

export function checkTerms(source: Source, { clock, terms }: ScenarioDocument): Scenario['terms'] {
  const inNs = clock === 'ns';
  return {
    term: ticksOf(source, terms.term, clock, ['terms', 'term'], 0),
    graceExtra: ticksOf(
      source,
      terms.graceExtra ?? (inNs ? { ms: 1 } : { references: 10_000 }),
      clock,
      ['terms', 'graceExtra'],
      1,
    ),
    graceShrink: ticksOf(
      source,
      terms.graceShrink ?? (inNs ? { ms: 100 } : { references: 200_000 }),
      clock,
      ['terms', 'graceShrink'],
      1,
    ),
    penalty: terms.penalty,
    arbiter: terms.arbiter,
    karmaBad: terms.karmaBad,
    karmaWindow: terms.karmaWindow,
    ...(terms.starvationMax !== undefined && {
      starvationMax: ticksOf(source, terms.starvationMax, clock, ['terms', 'starvationMax'], 0),
    }),
    ...(terms.wiredMax !== undefined && { wiredMax: terms.wiredMax }),
    ...(terms.wiredTimeMax !== undefined && {
      wiredTimeMax: ticksOf(source, terms.wiredTimeMax, clock, ['terms', 'wiredTimeMax'], 0),
    }),
    ...(terms.price !== undefined && { price: terms.price }),
    ...(terms.softMax !== undefined && { softMax: terms.softMax }),
    ...(terms.moveEvery !== undefined && {
      moveEvery: ticksOf(source, terms.moveEvery, clock, ['terms', 'moveEvery'], 0),
    }),
    ...(terms.metadataMax !== undefined && { metadataMax: terms.metadataMax }),
    ...(terms.chargePageTables && { chargePageTables: true }),
    ...(terms.graceClean !== undefined && {
      graceClean: ticksOf(source, terms.graceClean, clock, ['terms', 'graceClean'], 1),
    }),
    ...(terms.arbiterPeriod !== undefined && {
      arbiterPeriod: ticksOf(source, terms.arbiterPeriod, clock, ['terms', 'arbiterPeriod'], 1),
    }),
    idleTax: terms.idleTax,
    idleSamples: terms.idleSamples,
    placeholders: terms.placeholders,
    ...(terms.writeMax !== undefined && {
      writeMax: ticksOf(source, terms.writeMax, clock, ['terms', 'writeMax'], 0),
    }),
    ...(terms.reclaimBatch !== undefined && { reclaimBatch: terms.reclaimBatch }),
  };
}
