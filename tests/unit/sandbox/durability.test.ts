import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ControlClient, type Sandbox, startSandbox } from '#lib/sandbox/index';
import {
  api,
  authorize,
  connectApp,
  controlToken,
  eventually,
  exchange,
  openReceiver,
  options,
  temporaryDirectory,
  tokenOf,
} from './sandbox-harness.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await temporaryDirectory();
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const root = join(import.meta.dirname, '../../..');

interface Running {
  child: ChildProcess;
  sandbox: Sandbox;
}

/** The process the supervisor starts, on the same data. */
async function spawnSandbox(environment: Record<string, string> = {}): Promise<Running> {
  const child = spawn(process.execPath, ['--conditions=react-server', 'lib/sandbox/main.ts'], {
    cwd: root,
    env: {
      NODE_ENV: 'test',
      SANDBOX_PORT: '0',
      SANDBOX_DATA_DIR: dataDir,
      SANDBOX_CONTROL_TOKEN: controlToken,
      SANDBOX_APPS: JSON.stringify([connectApp]),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { ready, port } = JSON.parse(line) as { ready: boolean; port: number };
  expect(ready).toBe(true);
  const origin = `http://127.0.0.1:${port}`;
  const url = `${origin}/sandbox/github`;
  const control = new ControlClient(origin, controlToken);
  const close = async (): Promise<void> => {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  };
  const at = (provider: string) => ({
    url: `${origin}/sandbox/${provider}`,
    control: new ControlClient(origin, controlToken, provider),
  });
  return { child, sandbox: { origin, port, url, apiUrl: `${url}/api`, control, at, close } };
}

test('tokens, hooks, deliveries, edits and labels are there after a restart', async () => {
  const receiver = await openReceiver();
  const first = await startSandbox(options(dataDir));
  const token = await tokenOf(first);
  await api(first, token, 'POST', '/repos/northwind/api/hooks', {
    events: ['issues'],
    config: { url: receiver.url, content_type: 'json', secret: 'kept' },
  });
  await api(first, token, 'PATCH', '/repos/northwind/api/issues/1', {
    title: 'Kept',
    labels: ['newly made'],
  });
  await api(first, token, 'POST', '/repos/northwind/api/issues/1/comments', { body: 'kept too' });
  await receiver.until((all) => all.some((one) => one.payload['action'] === 'edited'));
  const code = (await authorize(first)).searchParams.get('code') ?? '';
  const truth = await first.control.issues();
  await first.close();

  const second = await startSandbox(options(dataDir));
  expect(await second.control.issues()).toEqual(truth);
  const issue = await api(second, token, 'GET', '/repos/northwind/api/issues/1');
  expect(issue.json).toMatchObject({ title: 'Kept', labels: [{ name: 'newly made' }] });
  const comments = await api(second, token, 'GET', '/repos/northwind/api/issues/1/comments');
  expect(comments.json).toContainEqual(expect.objectContaining({ body: 'kept too' }));
  const before = receiver.deliveries.length;
  expect((await second.control.deliveries()).length).toBeGreaterThan(1);
  await api(second, token, 'PATCH', '/repos/northwind/api/issues/1', { title: 'Heard again' });
  await receiver.until((all) => all.length > before);
  // A code is for the moment; whoever held one signs in again.
  expect(await exchange(second, { code })).toMatchObject({ error: 'bad_verification_code' });
  await second.close();
  await receiver.close();
});

test('a new issue never takes the number or id of an older one after a restart', async () => {
  const first = await startSandbox(options(dataDir));
  const one = await first.control.addIssue({ title: 'One' });
  await first.close();
  const second = await startSandbox(options(dataDir));
  const two = await second.control.addIssue({ title: 'Two' });
  await second.close();
  expect(two.id).toBeGreaterThan(one.id);
  expect(two.number).toBe(one.number + 1);
});

test('kill -9 costs at most the last moment and corrupts nothing', async () => {
  const { child, sandbox } = await spawnSandbox();
  const token = await tokenOf(sandbox);
  const created: { number: number; at: number }[] = [];
  let killed = false;
  const writing = (async () => {
    while (!killed) {
      const answer = await sandbox.control
        .addIssue({ title: `Written ${created.length}`, body: 'x'.repeat(500) })
        .catch(() => null);
      if (answer) created.push({ number: answer.number, at: performance.now() });
    }
  })();
  const started = performance.now();
  await eventually(() => created.length > 40 && performance.now() - started > 600);
  const gone = once(child, 'exit');
  const killedAt = performance.now();
  child.kill('SIGKILL');
  await gone;
  killed = true;
  await writing;

  const again = await spawnSandbox();
  const numbers = new Set((await again.sandbox.control.issues()).map((issue) => issue.number));
  const owed = created.filter(({ at }) => at < killedAt - 200);
  expect(owed.length).toBeGreaterThan(10);
  expect(owed.filter(({ number }) => !numbers.has(number))).toEqual([]);
  expect((await api(again.sandbox, token, 'GET', '/user')).status).toBe(200);
  await again.sandbox.close();
}, 20_000);

test('a journal torn in the middle of a line loads up to there', async () => {
  const first = await startSandbox(options(dataDir));
  await first.control.addIssue({ title: 'Whole' });
  await first.close();
  const journal = (await readdir(dataDir)).find((name) => name.startsWith('journal-'));
  await appendFile(join(dataDir, journal ?? ''), '{"table":"github.issues","id":25400');
  const second = await startSandbox(options(dataDir));
  const added = await second.control.addIssue({ title: 'After the tear' });
  await second.close();
  const third = await startSandbox(options(dataDir));
  const titles = (await third.control.issues()).map((issue) => issue.title);
  await third.close();
  expect(titles.slice(-2)).toEqual(['Whole', 'After the tear']);
  expect(added.number).toBe(27);
});

test('state is readable by its owner only and holds no token in the clear', async () => {
  const sandbox = await startSandbox(options(dataDir));
  const token = await tokenOf(sandbox);
  await sandbox.close();
  const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths) expect([path, (await stat(path)).mode & 0o077]).toEqual([path, 0]);
  for (const [index, entry] of entries.entries()) {
    const text = entry.isFile() ? await readFile(paths[index] ?? '', 'utf8') : '';
    expect(text).not.toContain(token);
  }
});

test('SIGTERM ends the process within a second, everything written', async () => {
  const { child, sandbox } = await spawnSandbox();
  await sandbox.control.startActivity({ rate: 50 });
  await eventually(async () => (await sandbox.control.activity()).done > 10);
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
}, 20_000);

test('reset brings the seed back and forgets every token', async () => {
  const sandbox = await startSandbox(options(dataDir));
  const token = await tokenOf(sandbox);
  await sandbox.control.addIssue({ title: 'Gone soon' });
  await sandbox.control.reset();
  expect(await sandbox.control.issues()).toHaveLength(25);
  expect((await api(sandbox, token, 'GET', '/user')).status).toBe(401);
  await sandbox.close();
});

test('refuses to run in production and names a wrong setting', async () => {
  const refuse = async (environment: Record<string, string>): Promise<string> => {
    const child = spawn(process.execPath, ['--conditions=react-server', 'lib/sandbox/main.ts'], {
      cwd: root,
      env: { NODE_ENV: 'test', ...environment },
    });
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    expect(await once(child, 'close')).toEqual([1, null]);
    return text;
  };
  const whole = {
    SANDBOX_PORT: '0',
    SANDBOX_DATA_DIR: dataDir,
    SANDBOX_CONTROL_TOKEN: controlToken,
  };
  expect(await refuse({ ...whole, PATCHBAY_PRODUCTION: '1' })).toContain('production');
  expect(await refuse({ ...whole, SANDBOX_CONTROL_TOKEN: 'short' })).toContain(
    'SANDBOX_CONTROL_TOKEN',
  );
  expect(await refuse({ ...whole, SANDBOX_APPS: '{' })).toContain('SANDBOX_APPS');
}, 20_000);
