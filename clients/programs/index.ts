/** Generated programs: reference strings made from a few numbers and a seed, by kind. */

export { cache } from './cache.ts';
export { collector } from './collector.ts';
export { database } from './database.ts';
export { decoder } from './decoder.ts';
export { hog } from './hog.ts';
export { type Join, join, joinLength } from './join.ts';
export { loop } from './loop.ts';
export { type MatrixWalk, matrixWalk } from './matrix-walk.ts';
export { pageList } from './page-list.ts';
export { withPauses } from './pause.ts';
export { type Phase, phases } from './phases.ts';
export { uniform } from './random.ts';
export { stringOfPages, truncate } from './reference-string.ts';
export { scan } from './scan.ts';
export { type TextbookName, textbook, textbookStrings } from './textbook.ts';
export { traceL } from './trace-l.ts';
export { zipf } from './zipf.ts';
