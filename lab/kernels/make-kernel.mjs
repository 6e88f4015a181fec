// Make a kernel: `node make-kernel.mjs NAME FILE` compiles assembly/NAME.ts to WebAssembly, into FILE.
// A process of its own (lab/kernels/modules.ts starts it): the compiler takes 200 MB, and a second that
// whoever waits for the kernel spends in a plain call.

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { publish } from '../build-folder.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const [name, file] = process.argv.slice(2);
/** The window for runs is below it: WINDOW_BYTES of assembly/memory.ts. */
const MEMORY_BASE = 1 << 18;
/** What each kernel exports besides its own. */
const LOOK = 'look.ts';

const options = [
  ['-O3', '--runtime', 'stub', '--noAssert', '--enable', 'simd,relaxed-simd,bulk-memory'],
  ['--memoryBase', String(MEMORY_BASE), '--baseDir', join(here, 'assembly'), '--outFile', 'out'],
].flat();

// Two entries: what both export.
const entries = [...new Set([`${name}.ts`, LOOK])];
const { error, stderr } = await asc.main([...entries, ...options], {
  writeFile: (_, content) => publish(file, content),
});
if (error) {
  process.stderr.write(`${error.message}\n${stderr}`);
  process.exitCode = 1;
}
