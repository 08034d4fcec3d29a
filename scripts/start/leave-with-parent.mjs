// Preloaded into every child of the supervisor. Their standard input is a pipe that only the
// supervisor holds: when it ends, the supervisor is gone, however it went, and so is the child.
// Threads of a child preload it too, and have no standard input to watch.
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  process.stdin.on('error', () => {});
  process.stdin.on('close', () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 12_000).unref();
  });
  process.stdin.resume();
  process.stdin.unref?.();
}
