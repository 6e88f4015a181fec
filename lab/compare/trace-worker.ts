/**
 * Trace worker: a worker (worker.ts) for jobs of a trace and a policy alone, or a helper (helpers.ts).
 * It loads no machine, and so starts in a fraction of the time. A host file.
 */

import { performTraceJob } from './trace-jobs.ts';
import { serve, serveLists, toldOf } from './worker-port.ts';

const { thread } = toldOf();
if (thread === undefined) serve(performTraceJob);
else serveLists(thread);
