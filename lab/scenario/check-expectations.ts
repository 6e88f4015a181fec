/** Checking what a scenario expects: every name in it must be one that its results will have. */

import {
  diskNames,
  measureNames,
  processorNames,
  superpageNames,
  windowMeasures,
} from '../measures.ts';
import { type Expectation, measuresOf, parseExpectation } from './expectations.ts';
import { inputError } from './input-error.ts';
import type { ScenarioDocument } from './schema.ts';
import { placeOf, type Source } from './source.ts';
import { didYouMean } from './suggest.ts';

const EXAMPLE = "'contracts.mytask.hardFaults <= 0.5 * mach.mytask.hardFaults'";

/** The expectations of a scenario. Throws InputError with the place of what is wrong. */
export function checkExpectations(source: Source, document: ScenarioDocument): Expectation[] {
  return document.expect.map(({ that, because }, at) => {
    const expectation = parseExpectation(that, because);
    const place = placeOf(source, ['expect', at, 'that']);
    if (expectation === undefined)
      throw inputError(place, `expect[${at}].that is '${that}', expected two sides, as ${EXAMPLE}`);
    requireNames(place, at, expectation, document);
    return expectation;
  });
}

function requireNames(
  place: string,
  at: number,
  expectation: Expectation,
  { machine, managements, bounds, tasks, windows }: ScenarioDocument,
): void {
  const rows = [...managements, ...bounds];
  const names = tasks.map(({ name }) => name);
  for (const { management, task, field, window } of measuresOf(expectation)) {
    const whole =
      task === null
        ? [...measureNames, ...(machine.cpus > 1 ? processorNames : []), 'jain', 'damage']
        : [
            ...measureNames,
            'charged',
            'tableFramesMax',
            'metadataBytesMax',
            'operationNsP99',
            ...superpageNames,
            ...diskNames,
          ];
    const fields = window === null ? whole : [...windowMeasures];
    const asked: [string | null, string[], string][] = [
      [management, rows, 'a management or bound of the scenario'],
      [window !== null && task === null ? '' : task, names, 'a task of the scenario'],
      [window, Object.keys(windows), 'a window of the scenario'],
      [field, fields, 'a field of the results'],
    ];
    for (const [name, known, what] of asked) {
      if (name === null || known.includes(name)) continue;
      const next = didYouMean(name, known);
      throw inputError(place, `expect[${at}].that names '${name}', expected ${what}; ${next}`);
    }
  }
}
