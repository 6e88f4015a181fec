/** Reports: the table, its meaning in plain words, the results document, steps for a lecture. */

export {
  DOCUMENT_VERSION,
  documentOf,
  documentSchema,
  documentText,
  type ResultsDocument,
} from './document.ts';
export { liveLine, liveView, type ViewSize, type ViewTexts } from './live-view.ts';
export { mixesText } from './mixes.ts';
export { mixesDocument, mixesDocumentSchema } from './mixes-document.ts';
export { plainWords } from './plain-words.ts';
export { stepsText } from './steps.ts';
export { tableText } from './table.ts';
