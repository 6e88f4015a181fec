/**
 * Ledger: who is guaranteed how much, and who holds how much. Counts only: the server knows each
 * client's guarantee G and what it holds, never which of its frames is an extra (SPEC [CON3]).
 *
 * Invariants: the sum of guarantees never exceeds the frames [CON1]; held never exceeds G + E but
 * for what is being called back; held + free = frames.
 */

export interface Account {
  readonly id: number;
  /** Effective guarantee: what admission counts. */
  guaranteed: number;
  extra: number;
  held: number;
  /** Frames asked back by a notice that are still outstanding. */
  noticed: number;
}

export interface LedgerState {
  /** Frames there are: all of the machine's, or those that a server above has granted. */
  frames: number;
  /** What may be guaranteed in all: every frame, or what a server above guarantees itself. */
  sellable: number;
  guaranteedSum: number;
  /** Guarantee of child contracts that no task draws at the moment; part of the sum. */
  idleSum: number;
  heldSum: number;
  noticedSum: number;
  /** Frames that waiting requests ask for. */
  waitingSum: number;
}

export function createLedger(frames: number): LedgerState {
  return {
    frames,
    sellable: frames,
    guaranteedSum: 0,
    idleSum: 0,
    heldSum: 0,
    noticedSum: 0,
    waitingSum: 0,
  };
}

/** Changes a guarantee when the sum allows it [CON1]; returns whether it did. */
export function setGuarantee(ledger: LedgerState, account: Account, guaranteed: number): boolean {
  const sum = ledger.guaranteedSum - account.guaranteed + guaranteed;
  if (sum > ledger.sellable) return false;
  ledger.guaranteedSum = sum;
  account.guaranteed = guaranteed;
  return true;
}

export function addHeld(ledger: LedgerState, account: Account, frames: number): void {
  account.held += frames;
  ledger.heldSum += frames;
}

export function setNoticed(ledger: LedgerState, account: Account, frames: number): void {
  ledger.noticedSum += frames - account.noticed;
  account.noticed = frames;
}

/** Frames that waiting requests need beyond what is free or asked back already; may be below 0. */
export function missingFrames(ledger: LedgerState): number {
  return ledger.waitingSum - ledger.noticedSum - freeCount(ledger);
}

export function freeCount(ledger: LedgerState): number {
  return ledger.frames - ledger.heldSum;
}

/** Frames the account may be asked back beyond what it has been asked already. */
export function revocable(account: Account): number {
  return Math.max(0, account.held - account.guaranteed - account.noticed);
}

/** Re-sums the ledger; returns what is wrong, or undefined. */
export function checkLedger(ledger: LedgerState, accounts: readonly Account[]): string | undefined {
  let guaranteed = ledger.idleSum;
  let held = 0;
  let noticed = 0;
  for (const account of accounts) {
    guaranteed += account.guaranteed;
    held += account.held;
    noticed += account.noticed;
    if (account.noticed > account.held) return `task ${account.id} is asked for more than it holds`;
  }
  if (guaranteed !== ledger.guaranteedSum) return 'the sum of guarantees is not what it says';
  if (noticed !== ledger.noticedSum) return 'the sum of frames asked back is not what it says';
  if (held !== ledger.heldSum) return 'the sum of held frames is not what it says';
  if (guaranteed > ledger.sellable) return 'guarantees exceed the frames';
  if (held > ledger.frames) return 'more frames are held than there are';
  return undefined;
}
