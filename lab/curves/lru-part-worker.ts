/** LRU part worker: the thread of lru-part.ts. A host file. */

import { workerData } from 'node:worker_threads';
import { type LruOrder, performLruPart } from './lru-part.ts';

performLruPart(workerData as LruOrder);
