import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Api } from '#lib/api/index';
import { newId } from '#lib/core/index';
import { replayAnswerSchema } from '#lib/webhooks/schema';
import {
  type Ask,
  type Person,
  rows,
  ask as send,
  startWeb,
  type WebFixture,
} from './web-fixture.ts';

let web: WebFixture;
let api: Api;
let admin: Person;
let editor: Person;
let viewer: Person;
let workspaceId: string;
let dead: string[];

beforeAll(async () => {
  web = await startWeb();
  api = web.api();
});
afterAll(() => web.close());
beforeEach(async () => {
  [admin, editor, viewer] = (await Promise.all(
    ['admin', 'editor', 'viewer'].map((name) => web.person(name)),
  )) as [Person, Person, Person];
  workspaceId = await web.workspace('team', [
    [await web.person('owner'), 'owner'],
    [admin, 'admin'],
    [editor, 'editor'],
    [viewer, 'viewer'],
  ]);
  dead = await put(3, 'dead', 'provider.refused');
  await put(2, 'applied');
});

async function put(count: number, status: string, reason: string | null = null): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId());
  await web.admin`
    insert into public.inbox_events (id, workspace_id, connection_id, endpoint_id, connector, event,
      delivery_id, headers, body, verdict, status, reason, next_attempt_at)
    select id, ${workspaceId}, ${newId()}, ${newId()}, 'github', 'issues', id::text, '{}', '{}', 'verified',
      ${status}, ${reason}, null from unnest(${ids}::uuid[]) id`;
  return ids;
}

const ask = (person: Person, path: string, options: Ask = {}) =>
  send(api, path, { ...options, cookie: person.cookie });
const start = (body: object, person = editor) =>
  ask(person, '/replays', { method: 'POST', json: body });

describe('replays over the API', () => {
  it('a dry run says how many and starts nothing', async () => {
    const answer = await start({ filter: { status: 'dead' }, dry_run: true });
    expect(answer.status).toBe(202);
    expect(replayAnswerSchema.parse(answer.json)).toEqual({
      preview: { count: 3, is_exact: true },
      replay: null,
    });
    expect(rows(await ask(viewer, '/replays'))).toEqual([]);
  });

  it('starts one, shows it to everybody, cancels it, and writes down who did', async () => {
    const started = replayAnswerSchema.parse((await start({ ids: dead.slice(0, 2) })).json);
    expect(started.preview).toEqual({ count: 2, is_exact: true });
    const id = started.replay?.id ?? '';
    expect(rows(await ask(viewer, '/replays'))).toMatchObject([{ id, status: 'pending' }]);
    const cancelled = await ask(editor, `/replays/${id}/cancel`, { method: 'POST' });
    expect(cancelled).toMatchObject({ status: 200, json: { status: 'cancelled' } });
    expect(await ask(editor, `/replays/${id}/cancel`, { method: 'POST' })).toMatchObject({
      status: 409,
      json: { code: 'resource.conflict' },
    });
    expect((await ask(viewer, `/replays/${id}`)).json).toMatchObject({ status: 'cancelled' });
    const audit = rows(await ask(admin, '/audit-log'));
    expect(audit.map(({ action, subject }) => [action, subject])).toEqual([
      ['webhooks.replay_cancelled', id],
      ['webhooks.replay_started', id],
    ]);
    expect(audit[1]).toMatchObject({
      actor: { id: editor.userId },
      details: { count: 2, is_exact: true, by: 'selection' },
    });
  });

  it.each([
    ['neither ids nor a filter', {}, 'filter'],
    ['both', { ids: [newId()], filter: {} }, 'filter'],
    ['no ids', { ids: [] }, 'ids'],
    ['too many ids', { ids: Array.from({ length: 1_001 }, () => newId()) }, 'ids'],
    ['a status there is not', { filter: { status: 'lost' } }, 'filter.status'],
    ['a time that is none', { filter: { from: 'yesterday' } }, 'filter.from'],
    ['a filter of its own making', { filter: { sql: '1=1' } }, 'filter'],
  ])('refuses %s and says which field', async (_, body, field) => {
    const answer = await start(body);
    expect(answer).toMatchObject({ status: 400, json: { code: 'request.invalid' } });
    expect(JSON.stringify(answer.json)).toContain(`"${field}`);
  });

  it('starts none for a viewer, nor where there is nothing', async () => {
    expect((await start({ filter: {} }, viewer)).status).toBe(403);
    expect((await start({ filter: { connector: 'stripe' } })).status).toBe(409);
  });
});

describe('the inbox over the API', () => {
  it('counts by status and groups what died by reason', async () => {
    expect((await ask(viewer, '/inbox-counts')).json).toMatchObject({
      total: 5,
      by_status: { dead: 3, applied: 2, pending: 0, split: 0 },
    });
    expect(rows(await ask(viewer, '/dead-letters'))).toMatchObject([
      { reason: 'provider.refused', count: 3, last: { id: dead.at(-1), status: 'dead' } },
    ]);
  });

  it('pages by filter in both directions', async () => {
    const query = { status: 'dead', text: dead[0]?.slice(0, 8) ?? '', limit: '2' };
    const first = await ask(viewer, '/inbox-events', { query });
    expect(rows(first).map(({ id }) => id)).toEqual(dead.slice(1).toReversed());
    const { next_cursor, prev_cursor } = first.json as Record<string, string>;
    const second = await ask(viewer, '/inbox-events', {
      query: { ...query, cursor: next_cursor ?? '' },
    });
    expect(rows(second).map(({ id }) => id)).toEqual([dead[0]]);
    const newer = await ask(viewer, '/inbox-events', {
      query: { ...query, after: prev_cursor ?? '' },
    });
    expect(rows(newer)).toEqual([]);
  });

  it('lists requests that were refused', async () => {
    const connectionId = newId();
    const endpointId = newId();
    await web.admin`
      insert into public.connections (id, workspace_id, connector, account_id, account_name, status)
      values (${connectionId}, ${workspaceId}, 'github', ${connectionId}, 'x', 'active')`;
    await web.admin`
      insert into public.webhook_endpoints (id, workspace_id, connection_id, connector, scope_key)
      values (${endpointId}, ${workspaceId}, ${connectionId}, 'github', 'x')`;
    const ids = [newId(), newId()];
    for (const id of ids) {
      await web.admin`
        insert into public.webhook_quarantine (id, workspace_id, endpoint_id, method, reason,
          diagnosis_code, diagnosis, headers, body, body_bytes, address_class)
        values (${id}, ${workspaceId}, ${endpointId}, 'POST', 'webhooks.signature_invalid', 'no_match',
          'It was made with no secret of this address.', '{"user-agent":"x"}', ${Buffer.from([0x7b, 0xff])}, 2, 'public')`;
    }
    const first = await ask(viewer, '/refused-webhooks', { query: { limit: '1' } });
    expect(rows(first)).toMatchObject([
      { id: ids[1], diagnosis_code: 'no_match', body: '{\uFFFD', address_class: 'public' },
    ]);
    const { next_cursor: cursor } = first.json as { next_cursor: string };
    const second = await ask(viewer, '/refused-webhooks', {
      query: { limit: '1', cursor, endpoint_id: endpointId },
    });
    expect(rows(second)).toMatchObject([{ id: ids[0] }]);
  });
});
