/**
 * Wired frames, a part of contract honoured: no more is wired than the share of the guarantee that may
 * be, nothing that is not held, and nothing for longer than it may be [MEM10, MEM11].
 */

import { frameAt, orderAt } from '../../nucleus/capabilities.ts';
import { termNow } from '../../nucleus/clock.ts';
import type { ContractHonoured } from './contract-honoured.ts';
import { violate } from './findings.ts';
import type { OracleView } from './view.ts';

/** What every client has wired. */
export function sweepWired(oracle: ContractHonoured, view: OracleView): void {
  const { server, kernel } = view;
  const { wiredMax = 0 } = server.terms;
  for (const [id, wiring] of server.wirings.entries()) {
    if (wiring === null) continue;
    oracle.findings.checks++;
    let frames = 0;
    for (const [slot, until] of wiring.until.entries()) {
      if (until < 0) continue;
      const table = kernel.state.capabilities[id];
      if (frameAt(table, slot) >= 0) frames += 1 << orderAt(table, slot);
      else
        violate(oracle.findings, kernel, 'MEM11', id, -1, `has slot ${slot} wired, and not held`);
      // At the sweep before it was over already, and many decisions have been made since.
      if (until < oracle.sweptAt)
        violate(
          oracle.findings,
          kernel,
          'MEM11',
          id,
          -1,
          `has slot ${slot} wired, its limit was ${until}`,
        );
    }
    const most = Math.floor(wiredMax * (server.clients[id]?.guaranteed ?? 0));
    if (frames > most || frames !== wiring.frames) {
      const what = `has ${frames} frames wired, ${wiring.frames} on record, of ${most} at most`;
      violate(oracle.findings, kernel, 'MEM10', id, -1, what);
    }
  }
  oracle.sweptAt = termNow(kernel);
}
