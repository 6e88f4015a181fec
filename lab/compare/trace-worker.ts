/**
 * Trace worker: a worker (worker.ts) for jobs of a trace and a policy alone. It loads no machine, and so
 * starts in a fraction of the time. A host file.
 */

import { performTraceJob } from './trace-jobs.ts';
import { serve } from './worker-port.ts';

serve(performTraceJob);
