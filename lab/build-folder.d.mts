/** Types of build-folder.mjs, where each is explained. */

export function fingerprint(root: string, sources: readonly string[]): string;
export function publish(file: string, content: string | Uint8Array): void;
export function sweep(folder: string, mark: string): void;
export function makeOnce(file: string, make: () => unknown, patienceMs: number): void;
