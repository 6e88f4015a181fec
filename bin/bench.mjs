// `npm run bench`: the benchmarks, run as the command itself is.

import { runEntry } from './bundle.mjs';

await runEntry('bench');
