/** Scenarios: schema, checks, loading. `load.ts` is host side, the rest runs anywhere. */

export { checkScenario } from './check.ts';
export { coreSwitches } from './core-switches.ts';
export { checkExpectation, type Expectation, type Verdict } from './expectations.ts';
export { InputError, inputError } from './input-error.ts';
export {
  type LoadedScenario,
  type LoadedTask,
  loadScenario,
  loadSource,
  readSource,
} from './load.ts';
export { type Mix, mixesOf } from './mixes.ts';
export { type Overrides, override } from './overrides.ts';
export type { BoundName, ManagementName, Scenario, ScenarioTask } from './scenario.ts';
export { boundNames, managementNames, type ScenarioDocument, scenarioSchema } from './schema.ts';
export { parseSource, type Source } from './source.ts';
export { didYouMean } from './suggest.ts';
export { type TermClock, ticksOfText, timeOfTicks } from './time-text.ts';
