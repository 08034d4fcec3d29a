import { spawn } from 'node:child_process';

/** SIGINT is PostgreSQL's fast shutdown. */
const script = `
  const { rmSync } = require('node:fs');
  const [, pid, home] = process.argv;
  const send = (signal) => { try { return process.kill(Number(pid), signal); } catch { return false; } };
  process.stdin.resume().on('error', () => {}).on('close', () => {
    send('SIGINT');
    const end = () => {
      rmSync(home, { recursive: true, force: true });
      process.exit();
    };
    setInterval(() => send(0) || end(), 200);
    setTimeout(() => { send('SIGKILL'); end(); }, 20_000);
  });`;

/**
 * Ends a server of the tests, and removes its folder, when the tests' process is gone however it went:
 * a pipe that only that one holds is watched by a process of its own. Answers what ends the watch,
 * for whoever stops the server itself.
 */
export function stopWithParent(pid: number, home: string): () => void {
  const watch = spawn(process.execPath, ['-e', script, String(pid), home], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watch.unref();
  watch.stdin.on('error', () => undefined);
  if ('unref' in watch.stdin && typeof watch.stdin.unref === 'function') watch.stdin.unref();
  return () => {
    watch.kill('SIGKILL');
  };
}
