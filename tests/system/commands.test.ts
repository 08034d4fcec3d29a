import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const stateDir = mkdtempSync(join(tmpdir(), 'patchbay-commands-'));
afterAll(() => rmSync(stateDir, { recursive: true, force: true }));

/** Runs what the README says, as a person at a terminal would. */
function npm(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(
      'npm',
      ['run', '--silent', ...args],
      { cwd: root, env: { ...process.env, PATCHBAY_STATE_DIR: stateDir, PORT: '3999', ...env } },
      (error, stdout, stderr) => resolve({ code: error ? 1 : 0, output: stdout + stderr }),
    );
  });
}

describe('the commands of the README', () => {
  it('doctor says in sentences that all is well', async () => {
    const { code, output } = await npm(['doctor']);
    expect(output).toContain('✓ Port 3999 is free.');
    expect(code).toBe(0);
  });

  it('doctor names a setting that is wrong, and never its value', async () => {
    const { code, output } = await npm(['doctor'], { PUBLIC_URL: 'http://secret-value.example' });
    expect(output).toMatch(/PUBLIC_URL/);
    expect(output).not.toContain('secret-value');
    expect(code).toBe(1);
  });

  it('start refuses a taken port with the remedy', async () => {
    const other = createServer().listen(3998, '127.0.0.1');
    const { code, output } = await npm(['start'], { PORT: '3998' });
    other.close();
    expect(output).toMatch(/Port 3998 is taken.*PORT=3999 npm start/s);
    expect(code).toBe(1);
  });

  it('keys prints a fresh line for each secret', async () => {
    const [first, second] = [await npm(['keys']), await npm(['keys'])];
    const linesOf = ({ output }: { output: string }): string[] => [
      ...(output.match(/^[A-Z_]+=\S+$/gm) ?? []),
    ];
    expect(linesOf(first).map((line) => line.split('=')[0])).toEqual([
      'SEAL_WORKER_PUBLIC_KEY',
      'SEAL_WORKER_PRIVATE_KEY',
      'SEAL_GATEWAY_PUBLIC_KEY',
      'SEAL_GATEWAY_PRIVATE_KEY',
      'NEXTAUTH_SECRET',
      'GATEWAY_TOKEN',
      'WORKER_SECRET',
    ]);
    expect(linesOf(first).filter((line) => linesOf(second).includes(line))).toEqual([]);
  });

  it('migrate says what it needs', async () => {
    expect(await npm(['migrate'])).toMatchObject({
      code: 1,
      output: expect.stringContaining('DATABASE_URL_MIGRATE'),
    });
  });

  it('reset removes nothing without a yes, and everything with it', async () => {
    writeFileSync(join(stateDir, 'secrets.json'), '{}');
    expect((await npm(['reset'])).code).toBe(1);
    expect(existsSync(join(stateDir, 'secrets.json'))).toBe(true);
    expect((await npm(['reset', '--', '--yes'])).code).toBe(0);
    expect(existsSync(stateDir)).toBe(false);
  });
});
