import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { leavesWithParent } from '../../setup/leaves-with-parent.ts';
import { patience } from '../../setup/patience.ts';

/** One that has ended and that nobody has asked for yet is not alive either. */
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !readFileSync(stat, 'utf8').includes(') Z ');
};

it('a process of a test ends when the test’s process is killed', async () => {
  const child = JSON.stringify([...leavesWithParent, '-e', 'setInterval(() => {}, 1_000)']);
  const parent = spawn(
    process.execPath,
    [
      '-e',
      `const child = require('node:child_process').spawn(process.execPath, ${child}, { stdio: ['pipe', 'ignore', 'ignore'] });
       child.once('spawn', () => console.log(child.pid));
       setInterval(() => {}, 1_000);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [said] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(said.toString());
  expect(isAlive(pid)).toBe(true);
  const ended = once(parent, 'exit');
  parent.kill('SIGKILL');
  await ended;
  await expect.poll(() => isAlive(pid), patience).toBe(false);
});

it('a server of a test is stopped and its folder removed when the test’s process is killed', async () => {
  const home = mkdtempSync(path.join(tmpdir(), 'patchbay-stop-'));
  const server = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1_000)'], {
    stdio: 'ignore',
  });
  await once(server, 'spawn');
  const script = path.join(import.meta.dirname, '../../setup/stop-with-parent.ts');
  const parent = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { stopWithParent } from ${JSON.stringify(script)};
       stopWithParent(${server.pid}, ${JSON.stringify(home)});
       console.log('ready');
       setInterval(() => {}, 1_000);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(parent.stdout, 'data');
  expect(isAlive(server.pid ?? 0)).toBe(true);
  parent.kill('SIGKILL');
  await expect.poll(() => existsSync(home), patience).toBe(false);
  expect(isAlive(server.pid ?? 0)).toBe(false);
});
