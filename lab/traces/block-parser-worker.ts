/** Block parser worker: the thread of block-parser.ts, until it is ended. A host file. */

import { workerData } from 'node:worker_threads';
import { createBlockParser, parseBlock } from './block-parser.ts';
import type { BlockParserTold } from './block-turns.ts';
import { requireFormat } from './detect-format.ts';
import { beginBlockInTime } from './parse-board.ts';

const { format, ...told } = workerData as BlockParserTold;
const parser = createBlockParser({ ...told, format: requireFormat('', format) });
for (;;) parseBlock(parser, beginBlockInTime(parser.board));
