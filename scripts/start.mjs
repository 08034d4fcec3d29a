// `npm start` and its relatives. Plain JavaScript: the Node that is installed may only be 20. It installs
// what is missing, finds a Node 24, hands over and stays between npm and the supervisor.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { findNode, install, root, toolEnvironment } from './install.mjs';

/** How often to look whether npm is still there: were it killed, nobody could stop us any more. */
const parentCheckMs = 1_000;

try {
  install();
  const child = spawn(
    findNode(),
    [
      '--conditions=react-server',
      '--max-semi-space-size=4',
      join(root, 'scripts/start/main.ts'),
      ...process.argv.slice(2),
    ],
    {
      cwd: root,
      // The channel carries nothing; its end tells the supervisor that this process is gone.
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: toolEnvironment(),
    },
  );
  // Ctrl-C reaches the supervisor by itself and once more from here; it counts both as one.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
  if (process.env.npm_lifecycle_event) {
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) child.kill('SIGTERM');
    }, parentCheckMs).unref();
  }
  child.on('exit', (code) => process.exit(code ?? 1));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
