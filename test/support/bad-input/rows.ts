/** Every message that the memory server serves, with a row of bad input. */

import type { MessageName } from '../../../contracts/messages.ts';
import { FOREIGN, UNSERVED } from '../../../lab/fuzz/tape.ts';
import { containerRows } from './container-rows.ts';
import { contractRows, policyRows } from './contract-rows.ts';
import { frameRows } from './frame-rows.ts';
import { mapRows } from './map-rows.ts';
import { pageRows } from './page-rows.ts';
import type { Row, Rows } from './row.ts';
import { transferRows } from './transfer-rows.ts';

/** In the order in which documents list them. */
export const memoryRows: Rows = {
  ...contractRows,
  ...frameRows,
  ...containerRows,
  ...pageRows,
  ...transferRows,
  ...mapRows,
  ...policyRows,
};

/** What the memory server does not serve: it, others or nobody says so. */
export const notForMemory: readonly MessageName[] = [...FOREIGN, ...UNSERVED, 'reserved'];

export const memoryTable = Object.entries(memoryRows) as [MessageName, Row][];
