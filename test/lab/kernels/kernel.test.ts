import { afterEach, expect, test, vi } from 'vitest';
import { startKernel } from '../../../lab/kernels/kernel.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test('[POL18] where there is no address space for one memory more there is no kernel: its twin runs', () => {
  expect(startKernel('lru-curve', 64)).not.toBeNull();
  failing(new RangeError('could not allocate memory'));
  expect(startKernel('lru-curve', 64)).toBeNull();
});

test('[POL18] where state does not fit into 4 GiB there is no kernel: its twin runs', () => {
  expect(startKernel('lru-curve', 2 ** 30 - 1)).toBeNull();
});

test('another error of a kernel is told', () => {
  failing(new TypeError('of ours'));
  expect(() => startKernel('lru-curve', 64)).toThrow(/^of ours$/);
});

function failing(error: Error): void {
  function fail(): never {
    throw error;
  }
  vi.spyOn(WebAssembly, 'Instance').mockImplementation(fail);
}
