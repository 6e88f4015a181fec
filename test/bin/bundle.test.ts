import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';

/** Plain JavaScript for old Nodes, and so without types. */
const bundle = '../../bin/bundle.mjs';

// A command that finds no bundle runs the sources as they are: right, and a third slower.
test.each(['leasehold', 'worker', 'bench'])('the bundle of %s can be made', async (name) => {
  const { bundled } = await import(bundle);
  const file = await bundled(name);
  expect(basename(file)).toMatch(new RegExp(`^${name}-[0-9a-f]{16}\\.mjs$`));
  expect(existsSync(file)).toBe(true);
});

test('commands find their workers in the bundle', async () => {
  const { bundled } = await import(bundle);
  const file: string = await bundled('worker');
  const mark = /-([0-9a-f]{16})/.exec(basename(file))?.[1] as string;
  const others = readdirSync(dirname(file)).filter((name) => name.includes(mark));
  const callers = others.filter((name) =>
    readFileSync(join(dirname(file), name), 'utf8').includes(`./${basename(file)}`),
  );
  expect(callers).not.toEqual([]);
});
