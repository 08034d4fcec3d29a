import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Tally {
  passed: number;
  failed: number;
}

export interface Finished {
  code: number;
  output: string;
}

/** Runs a program with its output shown and kept. */
export function run(
  command: string,
  args: string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer) => {
      output += chunk.toString('utf8');
      process.stdout.write(chunk);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', reject);
    child.on('exit', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Each of the four checks counts as one test. */
export async function runCheck(root: string): Promise<Tally> {
  const tally = { passed: 0, failed: 0 };
  for (const script of ['typecheck', 'lint', 'format:check', 'unused']) {
    const done = await run('npm', ['run', '--silent', script], { cwd: root });
    if (done.code === 0) tally.passed += 1;
    else tally.failed += 1;
    console.log(`${done.code === 0 ? '✓' : '✗'} npm run ${script}`);
  }
  return tally;
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numFailedTestSuites: number;
  numPendingTests: number;
  success: boolean;
}

/** One vitest project. A file that fails to load, a skipped test and a run of none are failures. */
export async function runVitest(root: string, project: string, isLong: boolean): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-test-'));
  const report = join(folder, 'report.json');
  try {
    const done = await run(
      'vitest',
      [
        'run',
        '--project',
        project,
        '--reporter=dot',
        '--reporter=json',
        `--outputFile.json=${report}`,
      ],
      {
        cwd: root,
        env: { ...process.env, FORCE_COLOR: '0', ...(isLong ? { PATCHBAY_TEST_LONG: '1' } : {}) },
      },
    );
    const read = JSON.parse(readFileSync(report, 'utf8')) as VitestReport;
    const failed = read.numFailedTests + read.numPendingTests;
    const isSilent = done.code !== 0 && failed === 0;
    return {
      passed: read.numPassedTests,
      failed: failed + (isSilent || read.numPassedTests === 0 ? 1 : 0),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface PlaywrightReport {
  stats: { expected: number; unexpected: number; flaky: number; skipped: number };
}

/** A test that passed only at the second try counts as failed: it is not to be trusted. */
export async function runPlaywright(root: string): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-e2e-'));
  const report = join(folder, 'report.json');
  try {
    const done = await run('playwright', ['test', '--reporter=list,json'], {
      cwd: root,
      // The tests ask the sandbox's own client for the truth; it is server code.
      env: {
        ...process.env,
        NODE_OPTIONS: '--conditions=react-server',
        PLAYWRIGHT_JSON_OUTPUT_NAME: report,
        FORCE_COLOR: '0',
      },
    });
    const { stats } = JSON.parse(readFileSync(report, 'utf8')) as PlaywrightReport;
    const failed = stats.unexpected + stats.flaky + stats.skipped;
    const isSilent = done.code !== 0 && failed === 0;
    return { passed: stats.expected, failed: failed + (isSilent || stats.expected === 0 ? 1 : 0) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
