/** Managements for tests: one made of a few answers, and runs under it. */

import type { CentralManagement } from '../../contracts/central-management.ts';
import { boot, type World } from '../../lab/run/boot.ts';
import type { CellOptions, CellTask } from '../../lab/run/cell-options.ts';
import { type CentralName, centrals } from '../../lab/run/centrals.ts';
import { stepKernel } from '../../nucleus/scheduler.ts';
import type { PagerState } from '../../paging/state.ts';
import skeleton from '../../servers/central/skeleton.ts';
import { cell } from './cells.ts';

/** Every management there is, the skeleton too. */
export const managements: Readonly<Record<string, CentralManagement>> = {
  ...centrals,
  skeleton: skeleton as CentralManagement,
};

/** Lists a management for the tests of this file, and gives the name to run it by. */
export function listed(name: string, management: CentralManagement): CentralName {
  (centrals as Record<string, CentralManagement>)[name] = management;
  return name as CentralName;
}

/** Pages in order of arrival; the first of them that can go is the victim. */
export function scripted(more: Partial<CentralManagement<number[]>>): CentralManagement {
  const base: CentralManagement<number[]> = {
    name: 'scripted',
    sight: 'none',
    summary: 'does what a test says',
    control: 'pages',
    create: () => [],
    admitted: (line, page) => {
      line.push(page);
    },
    removed: (line, page) => {
      line.splice(line.indexOf(page), 1);
    },
    victim: (line, view) => line.find((page) => view.evictable(page)) ?? -1,
  };
  return { ...base, ...more } as CentralManagement;
}

/** A world under a management. */
export function central(
  management: CentralName,
  frames: number,
  tasks: readonly CellTask[],
  more: Partial<CellOptions> = {},
): World {
  return boot(cell(frames, tasks, { management, ...more }));
}

export function pagerOf({ kernel, central: id }: World): PagerState {
  return kernel.receivers[id].state as PagerState;
}

/** Runs to the end, or until `look` says so. */
export function steps({ kernel }: World, look: () => boolean | undefined = () => false): void {
  for (let step = 0; step < 1_000_000; step++) if (!stepKernel(kernel) || look() === true) return;
  throw new Error('steps: no end');
}
