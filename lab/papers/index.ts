/** Published experiments: run, compared, told. */

export {
  type ExperimentFile,
  type ExperimentOptions,
  type ExperimentResult,
  readPaper,
  runExperiment,
} from './experiment.ts';
export { papersDocument, papersTable } from './report.ts';
