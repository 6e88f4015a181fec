/**
 * Policy table: what memory server, swap server and policy server share, by task id. Each field has one
 * writer, so none needs a lock: it reads what the other wrote last (Walfield 2003, VMM).
 *
 *   allocated    the memory server   frames the task holds
 *   guaranteed   the policy server   the largest guarantee the task may have
 *   eligible     the policy server   1: it may borrow extras
 *   onSwap       the swap server     pages that the task has on swap
 *
 * Left out: growing. The table has a place for each task there was at boot.
 */

export interface PolicyTable {
  readonly allocated: Int32Array;
  readonly guaranteed: Int32Array;
  readonly eligible: Uint8Array;
  readonly onSwap: Int32Array;
}

export function createPolicyTable(tasks: number): PolicyTable {
  return {
    allocated: new Int32Array(tasks),
    guaranteed: new Int32Array(tasks),
    eligible: new Uint8Array(tasks),
    onSwap: new Int32Array(tasks),
  };
}
