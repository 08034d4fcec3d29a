import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { createApi, type Guards, routes } from '#lib/api/index';
import { newId } from '#lib/core/index';
import type { PlaceKind } from '#lib/hub/web';
import { request } from '../integration/api/web-fixture.ts';
import {
  type Cell,
  cellsOf,
  describeOutcome,
  isAsDeclared,
  nameOf,
  type Outcome,
  runCells,
} from './matrix-run.ts';
import { sampleRequest } from './matrix-samples.ts';
import { makeWorld, type World } from './matrix-world.ts';

let world: World;
let outcomes: Outcome[];
const cells = cellsOf(routes);

beforeAll(async () => {
  world = await makeWorld();
  outcomes = await runCells(world, cells);
}, 300_000);
afterAll(() => world.close());

describe('route × principal', () => {
  it('has a contract for every operation, each under its own name and address', () => {
    const names = routes.map(({ contract }) => contract.id);
    const addresses = routes.map(({ contract }) => `${contract.method} ${contract.path}`);
    expect(new Set(names).size).toBe(routes.length);
    expect(new Set(addresses).size).toBe(routes.length);
    expect(routes.length).toBeGreaterThan(45);
  });

  it('answers every cell as its contract declares, by the check that should', () => {
    expect(outcomes.filter((outcome) => !isAsDeclared(outcome)).map(describeOutcome)).toEqual([]);
    expect(outcomes.length).toBe(cells.length);
  });

  it('answers what one may not see exactly as what does not exist', () => {
    const hidden = outcomes.filter(({ actual }) => actual.status === 404);
    const bodies = new Set(hidden.map(({ problem }) => JSON.stringify(problem)));
    expect(hidden.length).toBeGreaterThan(300);
    expect([...bodies]).toHaveLength(1);
  });

  it('never needed row security to refuse what a check had let by', () => {
    expect(world.web.logged).toEqual([]);
  });
});

describe('a second id in a request', () => {
  const ask = async (
    principal: 'owner' | 'viewer',
    path: string,
    query: Record<string, string>,
    method = 'GET',
  ) => {
    const cookie = world.people[principal].cookie;
    const answer = await createApi(world.web.hub).fetch(
      request(path, {
        method,
        cookie,
        query,
        ...(method === 'PATCH' ? { json: { role: 'viewer' } } : {}),
      }),
    );
    const text = await answer.text();
    const { request_id: _, ...body } = (text ? JSON.parse(text) : {}) as Record<string, unknown>;
    return { status: answer.status, body };
  };

  it.each(['PATCH', 'DELETE'])(
    '%s: a user of another workspace is as absent as none',
    async (method) => {
      const query = { workspace_id: world.own };
      const foreign = await ask(
        'owner',
        `/members/${world.people.foreign_owner.userId}`,
        query,
        method,
      );
      const absent = await ask('owner', `/members/${newId()}`, query, method);
      expect(foreign.status).toBe(404);
      expect(foreign).toEqual(absent);
    },
  );

  const filters = routes.flatMap(({ contract }) => {
    const shape =
      (contract.query as { shape?: Record<string, z.ZodType> } | undefined)?.shape ?? {};
    // One that must be there is no filter.
    return ['connection_id', 'stream_id', 'record_id', 'flow_id', 'run_id']
      .filter((name) => shape[name]?.safeParse(undefined).success)
      .map((name) => [contract.path, name] as const);
  });

  it.each(filters)(
    '%s?%s= of another workspace finds what an absent one does',
    async (path, name) => {
      const kind = name.replace('_id', '') as PlaceKind;
      const theirs = await world.row(kind, world.foreign);
      const foreign = await ask('viewer', path, { workspace_id: world.own, [name]: theirs });
      const absent = await ask('viewer', path, { workspace_id: world.own, [name]: newId() });
      expect(foreign.status).toBe(200);
      expect(foreign.body).toMatchObject(path.endsWith('/counts') ? { open: 0 } : { data: [] });
      expect(foreign).toEqual(absent);
    },
  );
});

describe('why something is missing', () => {
  it('is not told of a connection of another workspace, as of none', async () => {
    const theirs = await world.row('connection', world.foreign);
    const ask = async (connection_id: string) => {
      const query = { workspace_id: world.own, connection_id, external_key: '12' };
      const { cookie } = world.people.viewer;
      const answer = await createApi(world.web.hub).fetch(
        request('/lineage/missing', { method: 'GET', cookie, query }),
      );
      return { status: answer.status, code: ((await answer.json()) as { code: string }).code };
    };
    expect(await ask(theirs)).toEqual({ status: 404, code: 'resource.not_found' });
    expect(await ask(newId())).toEqual(await ask(theirs));
  });
});

describe('a write from another site', () => {
  const writes = routes.filter(({ contract }) => contract.method !== 'get' || contract.passesOn);

  it.each(writes.map((route) => [route.contract.id, route] as const))('%s', async (_, route) => {
    const api = createApi(world.web.hub);
    const good = await sampleRequest(world, route, 'owner', 'own');
    for (const foreign of ['https://evil.test', 'http://localhost:3001', 'null', null]) {
      const headers = new Headers(good.headers);
      if (foreign === null) headers.delete('origin');
      else headers.set('origin', foreign);
      const answer = await api.fetch(new Request(good.clone(), { headers }));
      expect([answer.status, foreign]).toEqual([403, foreign]);
      expect(await answer.json()).toMatchObject({ code: 'request.origin_refused' });
    }
  });
});

/** Each check taken away: what it would let by, as the cells that depend on it. */
const mutants: { name: keyof Guards; broken: (world: World) => Partial<Guards> }[] = [
  {
    name: 'session',
    broken: (at) => ({
      session: async (hub) => {
        const session = await hub.readSession(
          new Headers({ host: 'localhost:3000', cookie: at.people.owner.cookie }),
        );
        if (!session) throw new Error('the owner has a session');
        return session;
      },
    }),
  },
  { name: 'member', broken: () => ({ member: () => 'owner' }) },
  {
    name: 'workspaceOf',
    broken: (at) => ({
      // As if row security did not hide rows from the look-up.
      workspaceOf: async (_hub, _session, kind, id) => {
        const table =
          { inbox_event: 'inbox_events', workspace: 'workspaces' }[kind as string] ?? `${kind}s`;
        const column = kind === 'workspace' ? 'id' : 'workspace_id';
        const [row] = await at.web.admin.unsafe(
          `select ${column} as workspace_id from public.${table} where id = '${id}'`,
        );
        return row ? String(row['workspace_id']) : at.own;
      },
    }),
  },
  { name: 'role', broken: () => ({ role: () => undefined }) },
  { name: 'instanceOwner', broken: () => ({ instanceOwner: () => undefined }) },
];

describe('a check that is taken away is noticed', () => {
  it.each(mutants)(
    '$name, on every route that relies on it',
    async ({ name, broken }) => {
      const relying: Cell[] = cells.filter(({ expected }) => expected.wall === name);
      expect(relying.length).toBeGreaterThan(5);
      const after = await runCells(world, relying, broken(world));
      expect(after.filter(isAsDeclared).map(nameOf)).toEqual([]);
    },
    300_000,
  );

  it('sameOrigin', async () => {
    const api = createApi(world.web.hub, { guards: { sameOrigin: () => undefined } });
    const answer = await api.fetch(
      request('/realtime-token', {
        method: 'POST',
        cookie: world.people.viewer.cookie,
        query: { workspace_id: world.own },
        headers: { origin: 'https://evil.test' },
      }),
    );
    expect(answer.status).toBe(200);
  });

  it('a route without a sample of its body', async () => {
    const [first] = routes.filter(({ contract }) => contract.body);
    if (!first) throw new Error('some route takes a body');
    const undeclared = { ...first, contract: { ...first.contract, id: 'brandNew' } };
    await expect(sampleRequest(world, undeclared, 'owner', 'own')).rejects.toThrow('brandNew');
  });

  it('a route whose contract claims less than it does', async () => {
    const edit = routes.find(({ contract }) => contract.id === 'editRecord');
    if (!edit) throw new Error('records are edited');
    const lax = { ...edit, contract: { ...edit.contract, access: 'viewer' as const } };
    const [viewer] = cellsOf([lax]).filter((cell) => cell.principal === 'viewer');
    const [outcome] = await runCells(world, viewer ? [viewer] : []);
    // The API still runs the real contract, so the false declaration is what fails.
    expect(outcome && isAsDeclared(outcome)).toBe(false);
  });
});

describe('row security, with the role check taken away', () => {
  /** Asking the service writes no row of the workspace; the use case asks the role itself. */
  const withoutOwnRows = new Set([
    'setSandboxActivity',
    'previewSubscription',
    'suggestFlowRules',
    'listApps',
    'listAppWebhooks',
    'listInvitations',
    'listAuditLog',
    // Answers an empty page to others; row security keeps the rows.
    'getMail',
  ]);

  it('still refuses every write a role does not allow', async () => {
    const relying = cells.filter(
      ({ expected, route }) => expected.wall === 'role' && !withoutOwnRows.has(route.contract.id),
    );
    const after = await runCells(world, relying, { role: () => undefined });
    const done = after.filter(({ actual }) => actual.status < 400);
    expect(done.map(nameOf)).toEqual([]);
  }, 120_000);
});
