import { spawnSync } from 'node:child_process';
import { afterEach, expect, test, vi } from 'vitest';
import { kernelsWanted, moduleOf } from '../../../lab/kernels/modules.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test('a kernel is made when it is wanted, and made once', () => {
  const module = moduleOf('lru-curve');
  expect(module).toBeInstanceOf(WebAssembly.Module);
  expect(moduleOf('lru-curve')).toBe(module);
});

test('LEASEHOLD_KERNELS=off: there is none, and nothing is said', () => {
  vi.stubEnv('LEASEHOLD_KERNELS', 'off');
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(moduleOf('lru-curve')).toBeNull();
  expect(told).not.toHaveBeenCalled();
});

test('another setting is refused in one line', () => {
  expect(() => kernelsWanted('no')).toThrow(
    "LEASEHOLD_KERNELS is 'no', expected on or off; leave it out for on",
  );
});

test('a process that runs the sources finds what another made, and says nothing', () => {
  const url = new URL('../../../lab/kernels/modules.ts', import.meta.url);
  const code = `import { moduleOf } from '${url}'; console.log(moduleOf('lru-curve') !== null);`;
  const options = { encoding: 'utf8', input: code } as const;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module-typescript', '-'],
    options,
  );
  expect([stdout, stderr]).toEqual(['true\n', '']);
});

// The last: after one failure this thread tries no more.
test('where one cannot be made there is none from then on, and one line says so', () => {
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(moduleOf('no-such-kernel')).toBeNull();
  expect(moduleOf('no-such-kernel')).toBeNull();
  expect(moduleOf('lru-curve')).toBeNull();
  expect(told).toHaveBeenCalledOnce();
  expect(told.mock.calls[0]?.[0]).toMatch(
    /^leasehold: kernel no-such-kernel could not be made \(.+\); TypeScript runs .+; run npm ci, .+\n$/,
  );
});
