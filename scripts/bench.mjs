// `npm run bench`: all measurements, or the named ones (`npm run bench -- live edit`); `--write` also puts them
// into BENCHMARKS.md.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { findNode, install, root, toolEnvironment } from './install.mjs';

try {
  install();
  const child = spawn(
    findNode(),
    ['--conditions=react-server', join(root, 'scripts/bench/main.ts'), ...process.argv.slice(2)],
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
  process.exit(1);
}
