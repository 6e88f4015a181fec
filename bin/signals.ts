/** Signals: Ctrl-C and its like end the command as `process.exit` does, so that it can tidy up. */

import { constants } from 'node:os';

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** From here on a signal runs `exit` listeners before the end; returns how to undo that. */
export function exitOnSignals(): () => void {
  const undo = names.map((name) => {
    const handler = (): void => process.exit(128 + constants.signals[name]);
    process.once(name, handler);
    return () => process.removeListener(name, handler);
  });
  return () => {
    for (const one of undo) one();
  };
}
