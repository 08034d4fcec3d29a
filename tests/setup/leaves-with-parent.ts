import path from 'node:path';

/**
 * Arguments of a process that runs until somebody ends it: it leaves with the test's process, however
 * that one goes. Its standard input has to be a pipe (`stdio: ['pipe', …]`) nobody writes to.
 */
export const leavesWithParent: readonly string[] = [
  '--import',
  path.join(import.meta.dirname, '../../scripts/start/leave-with-parent.mjs'),
];
