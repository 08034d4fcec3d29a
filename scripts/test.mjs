// `npm test`: installs, starts what the tests need, runs all of them and closes with one line
// `N passed, N failed`. `npm test -- unit integration` runs only the named parts.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { findNode, install, root, toolEnvironment } from './install.mjs';

try {
  install();
  const child = spawn(
    findNode(),
    ['--conditions=react-server', join(root, 'scripts/test/main.ts'), ...process.argv.slice(2)],
    {
      cwd: root,
      stdio: 'inherit',
      env: toolEnvironment(),
    },
  );
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 1));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log('0 passed, 1 failed');
  process.exit(1);
}
