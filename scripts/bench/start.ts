import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../tests/e2e/hub.ts';
import { until } from '../../tests/system/waiting.ts';
import { figure, type Result } from './figures.ts';
import { connectByHand, openBrowser, openPage, signIn } from './people.ts';

const barSeconds = 120;
const readyDeadlineMs = 400_000;
const leaveDeadlineMs = 40_000;

/** Nothing of this project's own environment: what a newcomer's terminal has, and the npm cache. */
function newcomerEnvironment(home: string, port: number): Record<string, string | undefined> {
  const cache = execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim();
  const passed = ['LANG', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS'];
  const npmSettings = Object.keys(process.env).filter((name) =>
    /^npm_config_(registry|cafile)$/i.test(name),
  );
  return {
    ...Object.fromEntries(
      [...passed, ...npmSettings].flatMap((name) =>
        process.env[name] === undefined ? [] : [[name, process.env[name]]],
      ),
    ),
    PATH: (process.env['PATH'] ?? '')
      .split(':')
      .filter((part) => !part.includes('node_modules'))
      .join(':'),
    HOME: home,
    npm_config_cache: cache,
    PORT: String(port),
  };
}

async function untilReady(child: ChildProcess, origin: string, log: () => string): Promise<void> {
  const ended = new Promise<never>((_, reject) => {
    child.once('exit', () => reject(new Error(`npm start ended:\n${log().slice(-3_000)}`)));
  });
  const isReady = async () => (await fetch(`${origin}/api/health/ready`)).ok;
  await Promise.race([until('the clone is ready', isReady, readyDeadlineMs), ended]);
}

async function leave(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid, 'SIGINT');
  const timer = setTimeout(() => child.kill('SIGKILL'), leaveDeadlineMs);
  await gone;
  clearTimeout(timer);
}

/** A newcomer: a clean clone in an empty folder, one command, a browser, the first synced row. */
export async function startBench(root: string): Promise<Result[]> {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-start-'));
  const [clone, home] = [join(folder, 'patchbay'), join(folder, 'home')];
  mkdirSync(home);
  execFileSync('git', ['clone', '--quiet', root, clone]);
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const browser = await openBrowser();
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  let log = '';
  /** What the supervisor said it was doing, and when: where the time goes. */
  const steps: string[] = [];
  const listen = (chunk: Buffer): void => {
    log += chunk.toString();
    for (const [, step] of chunk
      .toString()
      .matchAll(/^(?:patchbay\s+)?([A-Z][a-z]+ing [^(…\n]*)/gm))
      steps.push(`${step?.trim()} at ${seconds().toFixed(0)}`);
  };
  const child = spawn('npm', ['start'], {
    cwd: clone,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: newcomerEnvironment(home, port) as NodeJS.ProcessEnv,
  });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', listen);
  try {
    await untilReady(child, origin, () => log);
    const ready = seconds();
    const page = await openPage(browser);
    await signIn(page, origin);
    await connectByHand(page);
    const home = new URL(page.url()).pathname.split('/').slice(0, 3).join('/');
    await page.goto(`${origin}${home}/records`);
    await page.getByRole('grid', { name: 'Records' }).getByRole('row').nth(1).waitFor();
    const total = seconds();
    return [
      {
        figure: figure({
          bench: 'start',
          against: 'bar',
          ours: total,
          reference: barSeconds,
          unit: 's',
          n: 1,
        }),
        spread: `${steps.join(' · ')} · ready at ${ready.toFixed(0)} · first synced row at ${total.toFixed(0)} s`,
      },
    ];
  } finally {
    await browser.close();
    await leave(child);
    rmSync(folder, { recursive: true, force: true });
  }
}
