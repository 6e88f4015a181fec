/** The file system's face. It knows no device, no server and no client. */

export { checkFileSystem } from './check.ts';
export { beginCommit, endCommit, isCommitting, isSynced } from './commit.ts';
export { decodeName, encodeName, isName } from './directory.ts';
export { blockOf, HOLE, runAt } from './extents.ts';
export { type Geometry, layOut } from './format.ts';
export { isFile, nextFile } from './inodes.ts';
export { makeFileSystem } from './make.ts';
export * from './operations.ts';
export { type Mounted, mount, type ReadBlock } from './recovery.ts';
export type { FileSystem, Output } from './state.ts';
