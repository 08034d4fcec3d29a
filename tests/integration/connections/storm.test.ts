import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openConnection } from '#lib/connections/index';
import { isLong } from '../../setup/is-long.ts';
import { type IssuerWorld, makeIssuerWorld } from './issuer-world.ts';
import { type StormWorker, startStormWorker } from './storm-workers.ts';

/**
 * Against a real OpenID provider that rotates refresh tokens and ends the whole family when one comes
 * twice, with no grace: a second refresh of one expiry would be seen at once.
 */
const { signal } = new AbortController();

describe('a storm of callers at the moment of expiry', () => {
  const [workers, connections, callers, expiries] = isLong ? [4, 50, 200, 3] : [4, 5, 10, 3];
  const lifeSeconds = 3_600;
  let place: IssuerWorld;
  let processes: StormWorker[];

  beforeAll(async () => {
    place = await makeIssuerWorld({ accessTokenSeconds: lifeSeconds });
    processes = await Promise.all(Array.from({ length: workers }, () => startStormWorker(place)));
  });
  afterAll(async () => {
    await Promise.all(processes.map((worker) => worker.stop()));
    await place.close();
  });

  it(`is one refresh per expiry: ${workers} processes × ${connections} connections × ${callers} callers`, async () => {
    const ids: string[] = [];
    for (let n = 0; n < connections; n += 1) ids.push(await place.connect(`person-${n}`));
    expect(new Set(processes.map(({ pid }) => pid)).size).toBe(workers);
    for (let expiry = 1; expiry <= expiries; expiry += 1) {
      // Moved on by more than a token's life, it is what time passing is.
      const passedMs = expiry * (lifeSeconds + 60) * 1000;
      const reports = await Promise.all(
        processes.map((worker) => worker.serve({ ids, callers, passedMs })),
      );
      const whole = { served: connections * callers, faults: [] };
      expect(reports).toEqual(processes.map(() => whole));
      expect([...place.issuer.refreshes.values()]).toEqual(ids.map(() => expiry));
    }
    expect(place.issuer.revoked).toBe(0);
    expect(place.issuer.refused).toBe(0);
    const rows = await place.world.admin`
      select c.status, k.version::int as version from public.connections c
      join private.credentials k on k.connection_id = c.id where c.connector = 'oidc'`;
    expect(rows.map((row) => ({ ...row }))).toEqual(
      ids.map(() => ({ status: 'active', version: expiries + 1 })),
    );
  }, 600_000);
});

describe('workers that are killed in the middle', () => {
  const [count, connections, rounds] = isLong ? [4, 50, 6] : [3, 6, 2];
  let place: IssuerWorld;
  const children = new Set<ChildProcess>();

  beforeAll(async () => {
    // Ended ten seconds before its end, since a token this near to it is not sent any more.
    place = await makeIssuerWorld({ accessTokenSeconds: isLong ? 20 : 11 });
  });
  afterEach(async () => {
    await Promise.all([...children].map(killed));
  });
  afterAll(() => place.close());

  it(`leave every connection active or in need of a sign-in, after ${rounds * count} kills: none is silent`, async () => {
    const ids: string[] = [];
    for (let n = 0; n < connections; n += 1) ids.push(await place.connect(`person-${n}`));
    for (let n = 0; n < count; n += 1) start();
    for (let round = 0; round < rounds; round += 1) {
      const [asked, dead] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      place.issuer.beforeToken = () => {
        place.issuer.beforeToken = () => undefined;
        asked.resolve();
        // The worst moment: the issuer has the request, and rotates the token for nobody.
        return round % 2 === 0 ? dead.promise : undefined;
      };
      await asked.promise;
      await Promise.all([...children].map(killed));
      dead.resolve();
      for (let n = 0; n < count; n += 1) start();
    }
    // Every connection is looked at as a caller would: it answers, or it has said what it needs.
    for (const id of ids) {
      await expect
        .poll(() => verdictOf(id), { timeout: 60_000, interval: 500 })
        .toMatch(/^(active|needs_reauth)$/);
    }
    // What was refused stands on the page with its cause.
    const causes = await place.world.admin`
      select status_detail from public.connections where connector = 'oidc' and status = 'needs_reauth'`;
    for (const row of causes) expect(row['status_detail']).toMatch(/Connect again/);
  }, 300_000);

  /** active: the service answers with what is stored now. silent: it would only be found out by failing. */
  async function verdictOf(connectionId: string): Promise<string> {
    const at = { workspaceId: place.world.owner.workspaceId, connectionId };
    return openConnection(place.world.worker, at, { lane: 'edit', signal })
      .then(({ api, ctx }) => api.account(ctx))
      .then(
        () => 'active',
        (error: { code: string }) =>
          error.code === 'connections.needs_reauth' ? 'needs_reauth' : `silent: ${error.code}`,
      );
  }

  function start(): void {
    const script = path.join(import.meta.dirname, 'refresher-process.ts');
    const child = spawn(process.execPath, ['--conditions=react-server', script], {
      stdio: 'inherit',
      env: {
        ...process.env,
        DATABASE_URL_WORKER: place.world.database.workerUrl,
        ISSUER_URL: place.issuer.url,
        SEAL_WORKER_PRIVATE_KEY: place.world.privateKey,
        WORKSPACE_ID: place.world.owner.workspaceId,
      },
    });
    children.add(child);
  }

  function killed(child: ChildProcess): Promise<void> {
    children.delete(child);
    return new Promise((resolve) => {
      child.once('exit', () => resolve());
      if (!child.kill('SIGKILL')) resolve();
    });
  }
});
