import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '#supabase/local/free-port';
import type { RunningPostgres } from '#supabase/local/postgres';
import { startBacking, startServer } from './backing.ts';
import { buildPages } from './build.ts';
import { Child, type ChildSpec } from './child.ts';
import { takeLock } from './lock.ts';
import { formatLine } from './log-lines.ts';
import { checkDisk, checkPort } from './preflight.ts';
import * as processes from './processes.ts';
import { readSecrets } from './secrets.ts';
import type { Settings } from './settings.ts';

/** What each gets to finish before it is ended, in the order of leaving. */
const graceMs = { gateway: 10_000, web: 6_000, worker: 10_000, sandbox: 2_000, supabase: 4_000 };

/** Ctrl-C reaches us from the terminal, from npm and from start.mjs; a second wish comes later. */
const sameWishMs = 1_000;

/** A server that will not come back (a full disk) is tried that often before everything is stopped. */
const postgresAttempts = 10;
const postgresPauseMs = 3_000;

/**
 * Starts every part, prints the address, and stays until told to stop. PostgreSQL starts first and
 * stops last; the pages are built while the rest boots.
 */
export async function supervise(settings: Settings, isDev: boolean): Promise<void> {
  const say = (line: string) =>
    process.stdout.write(`${formatLine('patchbay', line, settings.logFormat)}\n`);
  checkDisk(settings.stateDir);
  const release = takeLock(settings.stateDir, settings.port);
  const running: Child[] = [];
  let postgres: RunningPostgres | null = null;
  let leaving: Promise<void> | null = null;
  const building = new AbortController();
  let note: () => void = () => undefined;

  const leave = async (): Promise<void> => {
    building.abort();
    const stop = (name: keyof typeof graceMs) =>
      Promise.all(
        running
          .filter((child) => child.spec.name === name)
          .map((child) => child.stop(graceMs[name])),
      );
    await stop('gateway');
    await Promise.all([stop('web'), stop('worker')]);
    await Promise.all([stop('sandbox'), stop('supabase')]);
    await postgres?.stop();
    rmSync(join(settings.stateDir, 'runtime.json'), { force: true });
    release();
  };
  let wishedAt = 0;
  const wishToLeave = (): void => {
    if (leaving) {
      if (Date.now() - wishedAt < sameWishMs) return;
      // Asked twice: nobody waits for the drain any more. PostgreSQL still ends in order.
      for (const child of running) child.kill();
      return;
    }
    wishedAt = Date.now();
    say('Stopping…');
    leaving = leave();
    leaving.then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, wishToLeave);
  process.on('disconnect', wishToLeave);
  // A terminal that was closed must not stop the stopping.
  process.stdout.on('error', () => undefined);

  const start = async (spec: ChildSpec | null): Promise<void> => {
    if (!spec || leaving) return;
    const child = new Child(spec, settings.logFormat, () => note());
    running.push(child);
    await child.start();
  };

  try {
    await checkPort(settings.port);
    const secrets = readSecrets(settings.stateDir);
    const built = isDev ? Promise.resolve() : buildPages(say, building.signal);
    built.catch(() => undefined);
    say(settings.isExternal ? 'Checking the database…' : 'Starting PostgreSQL…');
    const begun = await startBacking(settings);
    postgres = begun.postgres;
    watchPostgres(begun.postgres);
    const [web, supabase, sandbox, workerHealth, sandboxMail, worker] = await freePorts(6);
    const plan: processes.Plan = {
      settings,
      secrets,
      isDev,
      backing: begun.backing,
      ports: { web, supabase, sandbox, workerHealth, sandboxMail, worker },
    };
    say('Starting the worker and its neighbours…');
    await Promise.all([start(processes.supabase(plan)), start(processes.sandbox(plan))]);
    await start(processes.worker(plan));
    await built;
    await start(processes.web(plan));
    await start(processes.gateway(plan));
    if (leaving) return;
    const origin = settings.publicUrl ?? `http://localhost:${settings.port}`;
    note = () => writeRuntime(plan, running, origin);
    note();
    say(`Ready: ${origin}`);
  } catch (error) {
    if (leaving) return;
    leaving = leave();
    await leaving.catch(() => undefined);
    fail(error);
  }

  function fail(error: unknown): never {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }

  /** A database that died (not by us) comes back on its port; its clients find it again by themselves. */
  function watchPostgres(server: RunningPostgres | null): void {
    void server?.exited.then(async ({ code, signal }) => {
      if (leaving) return;
      say(`PostgreSQL left (${signal ?? `code ${code}`}); starting it again`);
      for (let attempt = 1; !leaving; attempt += 1) {
        try {
          postgres = await startServer(settings, server.port);
          // Told to leave meanwhile: the one that was stopped then was the dead one.
          return leaving ? await postgres.stop() : watchPostgres(postgres);
        } catch (error) {
          say(error instanceof Error ? error.message : String(error));
          if (attempt === postgresAttempts) return void process.kill(process.pid, 'SIGTERM');
          await delay(postgresPauseMs);
        }
      }
    });
  }
}

type SixPorts = [number, number, number, number, number, number];

async function freePorts(count: SixPorts['length']): Promise<SixPorts> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports] as SixPorts;
}

/** For the command line tools of this folder, readable by its owner only and always whole. */
function writeRuntime(plan: processes.Plan, running: Child[], origin: string): void {
  const { settings, secrets, ports } = plan;
  const file = join(settings.stateDir, 'runtime.json');
  writeFileSync(
    `${file}.new`,
    JSON.stringify({
      origin,
      supervisor: process.pid,
      pids: Object.fromEntries(running.map((child) => [child.spec.name, child.pid])),
      ...(settings.hasSandbox
        ? {
            sandbox: {
              url: `http://127.0.0.1:${ports.sandbox}`,
              controlToken: secrets.sandbox.controlToken,
            },
          }
        : {}),
    }),
    { mode: 0o600 },
  );
  renameSync(`${file}.new`, file);
}
