import { defineConfig } from 'vitest/config';

// As many workers as CPUs: by itself it leaves one out, which is half of a machine that has two.
export default defineConfig({ test: { dir: 'test', testTimeout: 120_000, maxWorkers: '100%' } });
