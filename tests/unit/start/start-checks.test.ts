import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprint } from '../../../scripts/start/build.ts';
import { findHolder, takeLock } from '../../../scripts/start/lock.ts';
import { formatLine } from '../../../scripts/start/log-lines.ts';
import { checkPort } from '../../../scripts/start/preflight.ts';
import { readSecrets } from '../../../scripts/start/secrets.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'patchbay-start-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, text: string): void => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
};

describe('whether the pages are stale', () => {
  it('depends on names and contents of their sources and on nothing else', () => {
    put('app/page.tsx', 'one');
    put('lib/core/ids.ts', 'two');
    put('package-lock.json', '{}');
    const before = fingerprint(folder);
    put('app/page.tsx', 'one');
    put('README.md', 'new');
    put('tests/x.test.ts', 'new');
    expect(fingerprint(folder)).toBe(before);
    put('app/page.tsx', 'changed');
    const changed = fingerprint(folder);
    expect(changed).not.toBe(before);
    put('app/page.tsx', 'one');
    put('app/other.tsx', '');
    expect(fingerprint(folder)).not.toBe(before);
    rmSync(path.join(folder, 'app/other.tsx'));
    expect(fingerprint(folder)).toBe(before);
    put('package-lock.json', '{"a":1}');
    expect(fingerprint(folder)).not.toBe(before);
  });
});

describe('the port', () => {
  it('that is taken is one sentence with the remedy', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(checkPort(port)).rejects.toThrow(
      new RegExp(
        `^Port ${port} is taken by another program: choose another, for example PORT=\\d+ npm start\\.$`,
      ),
    );
    server.close();
    await once(server, 'close');
    await expect(checkPort(port)).resolves.toBeUndefined();
  });
});

describe('the lock of a folder', () => {
  it('keeps a second start out while the first runs, and names the address', () => {
    const release = takeLock(folder, 3_456);
    expect(() => takeLock(folder, 3_457)).toThrow(/already runs .*localhost:3456/);
    expect(findHolder(folder)?.pid).toBe(process.pid);
    release();
    expect(findHolder(folder)).toBeNull();
    takeLock(folder, 3_457)();
  });

  it('of a process that was killed, or whose number was given out again, does not count', async () => {
    const other = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
    await once(other, 'exit');
    const leftovers = [
      JSON.stringify({ pid: other.pid, startedAt: '1', port: 1 }),
      JSON.stringify({ pid: process.pid, startedAt: '1', port: 1 }),
      '{"pid":',
    ];
    for (const text of leftovers) {
      put('supervisor.lock', text);
      expect(findHolder(folder)).toBeNull();
      takeLock(folder, 1)();
    }
  });
});

describe('the secrets of an installation', () => {
  it('are made once, differ, and are for their owner alone', () => {
    const made = readSecrets(folder);
    expect(readSecrets(folder)).toEqual(made);
    expect(statSync(path.join(folder, 'secrets.json')).mode & 0o777).toBe(0o600);
    const values = JSON.stringify(made).match(/"[\w-]{43}"/g) ?? [];
    expect(new Set(values).size).toBe(values.length);
    expect(values.length).toBeGreaterThanOrEqual(9);
    expect(readFileSync(path.join(folder, 'secrets.json'), 'utf8')).toContain(made.gatewayToken);
  });
});

describe('a line of the log', () => {
  const entry = JSON.stringify({
    level: 'warn',
    time: '2026-01-01T00:00:00Z',
    name: 'worker',
    msg: 'a job waits',
    code: 'provider.timeout',
    err: { message: 'late', stack: 'Error: late\n    at x' },
  });

  it('is readable', () => {
    expect(formatLine('worker', entry, 'text')).toBe(
      'worker    ! a job waits code=provider.timeout\nError: late\n    at x',
    );
    expect(formatLine('web', 'plain words', 'text')).toBe('web       plain words');
    expect(formatLine('web', '{not json', 'text')).toBe('web       {not json');
  });

  it('is left alone for machines, which get JSON always', () => {
    expect(formatLine('worker', entry, 'json')).toBe(entry);
    expect(JSON.parse(formatLine('web', 'plain words', 'json') ?? '')).toEqual({
      name: 'web',
      msg: 'plain words',
    });
  });

  it('that says nothing, or names an address that is not the one to open, is dropped', () => {
    for (const line of [
      '',
      '   ',
      '▲ Next.js 16.4.5',
      '- Local:         http://127.0.0.1:4',
      '✓ Ready in 1ms',
    ]) {
      expect(formatLine('web', line, 'text')).toBeNull();
    }
    expect(formatLine('gateway', '{"ready":true,"port":1}', 'text')).toBeNull();
  });
});
