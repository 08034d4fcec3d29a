import type { Db } from '#lib/db/index';
import type { Health } from '#lib/hub/schema';
import { servicesPart, worstOf } from '../services-health.ts';

type Part = Health['parts'][number];

export interface HealthSources {
  version: string;
  db: Db;
  token: string;
  webUrl: string;
  supabaseUrl: string | undefined;
  sandboxUrl: string | undefined;
  workerHealthUrl: string | undefined;
}

const probeMs = 2_000;
/** Answers are reused that long, so that asking often costs nothing. */
const freshMs = 500;

/** One look at every part the gateway was told of; all of them are needed. */
export function createHealthCheck(sources: HealthSources): () => Promise<Health> {
  let last: Promise<Health> | undefined;
  let askedAt = 0;
  return () => {
    if (last === undefined || Date.now() - askedAt > freshMs) {
      askedAt = Date.now();
      last = readHealth(sources);
    }
    return last;
  };
}

async function readHealth(sources: HealthSources): Promise<Health> {
  const { supabaseUrl, sandboxUrl, workerHealthUrl, token } = sources;
  const parts = await Promise.all([
    database(sources.db),
    // Through the gateway's own path the web process is asked only whether it answers.
    page('web', `${sources.webUrl}/api/health/live`, { 'x-patchbay-gateway': token }),
    ...(workerHealthUrl ? [page('worker', workerHealthUrl)] : []),
    ...(supabaseUrl ? [page('supabase', `${supabaseUrl}/health`)] : []),
    servicesPart(sources.db),
    ...(sandboxUrl ? [page('sandbox', new URL('/sandbox/assets/style.css', sandboxUrl))] : []),
  ]);
  return { status: worstOf(parts), version: sources.version, parts };
}

async function database(db: Db): Promise<Part> {
  const ask = db`select 1`;
  const failure = await Promise.race([
    ask.then(
      () => null,
      () => 'cannot be reached',
    ),
    new Promise<string>((resolve) => {
      setTimeout(() => resolve('does not answer in time'), probeMs).unref();
    }),
  ]);
  return { name: 'database', status: failure === null ? 'ok' : 'down', detail: failure };
}

async function page(
  name: string,
  url: string | URL,
  headers: Record<string, string> = {},
): Promise<Part> {
  try {
    const answer = await fetch(url, {
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(probeMs),
    });
    await answer.body?.cancel();
    if (answer.ok) return { name, status: 'ok', detail: null };
    return { name, status: 'down', detail: `answers ${answer.status}` };
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    return { name, status: 'down', detail: isLate ? 'does not answer in time' : 'is not there' };
  }
}
