import { expect, test } from 'vitest';
import { boot } from '../../../lab/run/boot.ts';
import { PORT } from '../../../nucleus/capabilities.ts';
import { cell, task, writing } from '../../support/cells.ts';

test('[CAP1] nobody has a port to a pager: it hears the nucleus and the servers that it calls', () => {
  for (const management of ['contracts', 'mach', 'global-clock', 'global-lru'] as const) {
    const tasks = ['a', 'b'].map((name) => task(name, writing([0, 1, 2]), 'clock', 8));
    const { kernel, clients, central } = boot(cell(64, tasks, { management }));
    const pagers = management === 'contracts' ? [...clients] : [...clients, central];
    const named = kernel.state.capabilities.flatMap(({ kind, object }) =>
      [...object].filter((_, slot) => kind[slot] === PORT),
    );
    expect(named.length).toBeGreaterThan(2);
    expect(named.filter((id) => pagers.includes(id))).toEqual([]);
  }
});
