/** Worker: does the pool's jobs one after the other in a thread of its own. A host file. */

import { performJob } from './jobs.ts';
import { serve } from './worker-port.ts';

serve(performJob);
