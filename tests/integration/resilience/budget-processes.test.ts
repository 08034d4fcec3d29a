import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AllowedRate } from '#lib/resilience/index';
import { patience } from '../../setup/patience.ts';
import { StrictService, type StrictTerms } from '../../unit/resilience/strict-service.ts';
import { makePlace } from './place.ts';

let place: Awaited<ReturnType<typeof makePlace>>;
const children: ChildProcess[] = [];
beforeAll(async () => {
  place = await makePlace(1);
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await place.close();
});

const script = fileURLToPath(new URL('caller-process.ts', import.meta.url));
const names = {
  limit: 'x-limit',
  remaining: 'x-left',
  reset: 'x-reset',
  resetUnit: 'delta_s',
} as const;

/** The service counts what arrives over the wire, and answers late by chance. */
async function serve(terms: StrictTerms) {
  const service = new StrictService(terms);
  const server = createServer((_, response) => {
    const before = service.tooMany;
    const said = service.arrive(performance.now());
    const headers =
      said.limit === null
        ? {}
        : {
            [names.limit]: String(said.limit),
            [names.remaining]: String(said.remaining),
            [names.reset]: String(Math.ceil((said.resetInMs ?? 0) / 1_000)),
          };
    const isRefused = service.tooMany > before;
    setTimeout(
      () => response.writeHead(isRefused ? 429 : 200, headers).end('{}'),
      Math.random() * 40,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return { service, url, close: () => void server.close() };
}

async function startCallers(url: string, rate: AllowedRate, calls: number) {
  const at = await place.addConnection();
  const started = Array.from({ length: 4 }, () => {
    const child = spawn(process.execPath, ['--conditions=react-server', script], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        DATABASE_URL_WORKER: place.workerUrl,
        WORKSPACE_ID: at.workspaceId,
        CONNECTION_ID: at.connectionId,
        RATE: JSON.stringify(rate),
        SERVICE_URL: url,
        CALLS: String(calls),
      },
    });
    children.push(child);
    return child;
  });
  const exits = started.map(
    (child) => new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code))),
  );
  return { started, exits };
}

describe('four processes at one account', () => {
  it.each<[string, StrictTerms]>([
    [
      'counts in any second and says nothing',
      { requests: 40, perMs: 1_000, window: 'sliding', offsetMs: 0, says: false },
    ],
    [
      'counts by windows and says its count in whole seconds',
      { requests: 60, perMs: 2_000, window: 'fixed', offsetMs: 700, says: true },
    ],
  ])('never exceed a service that %s, one of them killed', async (_name, terms) => {
    const { service, url, close } = await serve(terms);
    const rate = { ...terms, concurrent: 16, headers: terms.says ? names : null };
    const { started, exits } = await startCallers(url, rate, 25);
    await expect.poll(() => service.arrivals.length, patience).toBeGreaterThan(25);
    started[0]?.kill('SIGKILL');
    const codes = await Promise.all(exits);
    close();
    expect(codes.slice(1)).toEqual([0, 0, 0]);
    expect(service.arrivals.length).toBeGreaterThanOrEqual(75);
    expect(service.tooMany).toBe(0);
  });
});
