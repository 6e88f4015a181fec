/**
 * Experiment: one file of lab/scenarios/papers/, run as often as it says, its figures compared with
 * the published ones. A file is a scenario with a `paper` part, so `leasehold compare` runs it too.
 */

import { z } from 'zod';
import { compareScenario, type Pool } from '../compare/index.ts';
import { documentOf } from '../report/index.ts';
import type { Measured } from '../scenario/expectations.ts';
import { inputError, loadScenario, override, parseSource } from '../scenario/index.ts';
import { parseBy } from '../scenario/issues.ts';
import { type Path, pathText, placeOf } from '../scenario/source.ts';
import { type Expression, parseMeasured, runsOf, valueIn } from './expression.ts';
import { isMachineProbe, runMachineProbe, runProgramProbe } from './probes.ts';
import { type FigureDocument, figuresOf, type PaperDocument, paperSchema } from './schema.ts';
import { type FigureResult, judge, overall, type Verdict } from './verdict.ts';

export interface ExperimentResult {
  readonly id: string;
  /** Experiments of another list that it is as well. */
  readonly also: readonly string[];
  readonly what: string;
  readonly source: string;
  readonly scenario: string;
  readonly machine: string;
  readonly calibrated: readonly string[];
  readonly figures: readonly FigureResult[];
  /** What oracles found: a run that broke a rule shows nothing. */
  readonly violations: readonly string[];
  readonly verdict: Verdict;
}

export interface ExperimentFile {
  /** As errors name it. */
  readonly file: string;
  readonly text: string;
}

export interface ExperimentOptions {
  readonly oracles: boolean;
  /** Values put into every run, by path: for tests that an experiment can fail. */
  readonly set?: Readonly<Record<string, unknown>>;
}

/** What the file says of its paper. Throws InputError before anything runs. */
export function readPaper({ file, text }: ExperimentFile): PaperDocument {
  const source = parseSource(file, text, 'an experiment');
  const { paper } = parseBy(z.looseObject({ paper: paperSchema }), source);
  const known = paper.runs === undefined ? [''] : Object.keys(paper.runs);
  for (const figure of figuresOf(paper)) {
    const unknown = runsOf(expressionOf(figure.simulated)).find((run) => !known.includes(run));
    if (unknown === undefined) continue;
    const path = pathOf(paper, figure);
    const what = `${pathText(path)} is of run '${unknown}'`;
    const expected = `expected one of ${known.join(', ')}; correct it`;
    throw inputError(placeOf(source, path), `${what}, ${expected}`);
  }
  return paper;
}

/** Where the file says what a figure comes to here. */
function pathOf({ figures, series }: PaperDocument, figure: FigureDocument): Path {
  const { of } = figure;
  if (of === undefined) return ['paper', 'figures', figures.indexOf(figure), 'simulated'];
  const at = series.findIndex(({ what }) => what === of.series);
  return ['paper', 'series', at, 'simulated'];
}

/** Runs an experiment. Throws InputError where a figure names what the results do not have. */
export async function runExperiment(
  file: ExperimentFile,
  pool: Pool,
  options: ExperimentOptions,
): Promise<ExperimentResult> {
  const paper = readPaper(file);
  const runs = Object.entries(paper.runs ?? { '': { set: {} } });
  const ran = await Promise.all(
    runs.map(async ([name, { set }]) => {
      const overrides = { set: { ...set, ...options.set } };
      if (isMachineProbe(paper.probe)) {
        const source = override(parseSource(file.file, file.text), overrides);
        return { name, document: runMachineProbe(paper.probe, source) };
      }
      const loaded = await loadScenario(file.file, overrides, pool);
      if (paper.probe !== undefined)
        return { name, document: runProgramProbe(paper.probe, loaded) };
      const { oracles } = options;
      const comparison = await compareScenario(loaded, pool, { oracles, reproduce: file.file });
      return { name, document: documentOf(comparison) };
    }),
  );
  const results = new Map(ran.map(({ name, document }) => [name, document as Measured]));
  const figures = figuresOf(paper).map((figure) => {
    const simulated = valueIn(expressionOf(figure.simulated), results);
    if (simulated !== undefined) return judge(figure, paper.mark, simulated);
    const path = pathOf(paper, figure);
    const place = placeOf(parseSource(file.file, file.text), path);
    const what = `${pathText(path)} is '${figure.simulated}'`;
    throw inputError(place, `${what}, expected a measure of the results; correct it`);
  });
  const { id, also, what, source, calibrated } = paper;
  const violations = ran.flatMap(({ document }) =>
    document.oracles.flatMap(({ name, violations: found }) =>
      found.map((one) => `${name}: ${one}`),
    ),
  );
  const [{ document }] = ran as [(typeof ran)[number]];
  const { scenario, machine } = document;
  const verdict = violations.length > 0 ? 'OUTSIDE' : overall(figures);
  return { id, also, what, source, scenario, machine, calibrated, figures, violations, verdict };
}

function expressionOf(text: string): Expression {
  return parseMeasured(text) as Expression;
}
