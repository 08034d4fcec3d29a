import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { asUser, type Claims, type Tx, workChannel } from '#lib/db/index';
import {
  getInboxEvent,
  listInboxEvents,
  listRefusals,
  replayInboxEvent,
} from '#lib/webhooks/index';
import { inboxEventDetailSchema, inboxEventSchema, refusalSchema } from '#lib/webhooks/schema';
import { type InboxFixture, inboxFixture } from './inbox-fixture.ts';

let inbox: InboxFixture;
let editor: Claims;
let viewer: Claims;
let stranger: Claims;
const ids: string[] = [];

async function person(workspaceId: string, role: string): Promise<Claims> {
  const claims = { userId: randomUUID(), sessionId: randomUUID() };
  await inbox.admin`insert into public.users (id, email) values (${claims.userId}, ${`${claims.userId}@example.com`})`;
  await inbox.admin`insert into private.sessions (id, token_hash, user_id, expires_at)
    values (${claims.sessionId}, sha256(${Buffer.from(claims.sessionId)}), ${claims.userId}, now() + interval '1 hour')`;
  await inbox.admin`insert into public.members (workspace_id, user_id, role)
    values (${workspaceId}, ${claims.userId}, ${role})`;
  return claims;
}

beforeAll(async () => {
  inbox = await inboxFixture();
  const other = await inbox.addEndpoint();
  await person(inbox.workspaceId, 'owner');
  editor = await person(inbox.workspaceId, 'editor');
  viewer = await person(inbox.workspaceId, 'viewer');
  stranger = await person(other.workspaceId, 'owner');
  for (let count = 0; count < 7; count += 1) {
    const id = newId();
    ids.unshift(id);
    await inbox.admin`
      insert into public.inbox_events (id, workspace_id, connection_id, endpoint_id, connector, event,
        delivery_id, headers, body, verdict, status)
      values (${id}, ${inbox.workspaceId}, ${inbox.connectionId}, ${inbox.endpointId}, 'github',
        ${count % 2 ? 'issues' : 'label'}, ${id}, '{"x-github-event":"issues"}', ${Buffer.from('{"ü":1}')},
        'verified', ${count === 0 ? 'pending' : 'applied'})`;
  }
  await inbox.admin`insert into public.webhook_refusals (workspace_id, endpoint_id, reason, day, count)
    values (${inbox.workspaceId}, ${inbox.endpointId}, 'webhooks.signature_invalid', (now() at time zone 'utc')::date, 3),
      (${inbox.workspaceId}, ${inbox.endpointId}, 'request.too_large', (now() at time zone 'utc')::date - 1, 9)`;
});
afterAll(() => inbox.close());

const as = <T>(who: Claims, work: (tx: Tx) => Promise<T>): Promise<T> =>
  asUser(inbox.web, who, work);
const list = (who: Claims, query: object = {}) =>
  as(who, (tx) => listInboxEvents(tx, { workspaceId: inbox.workspaceId, ...query }));

describe('the inbox as pages see it', () => {
  it('pages newest first without gap or repetition', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof list>> = await list(viewer, {
        limit: 3,
        ...(cursor === null ? {} : { cursor }),
      });
      for (const event of page.data) seen.push(inboxEventSchema.parse(event).id);
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual(ids);
    await expect(list(viewer, { cursor: 'nonsense' })).rejects.toMatchObject({
      code: 'request.invalid',
    });
  });

  it('filters by status, event and connection', async () => {
    expect((await list(viewer, { filter: { status: 'pending' } })).data).toHaveLength(1);
    expect((await list(viewer, { filter: { event: 'issues' } })).data).toHaveLength(3);
    expect((await list(viewer, { filter: { connection_id: randomUUID() } })).data).toHaveLength(0);
  });

  it('shows an event whole', async () => {
    const event = await as(viewer, (tx) => getInboxEvent(tx, ids[0] ?? ''));
    expect(inboxEventDetailSchema.parse(event)).toMatchObject({ body: '{"ü":1}', body_bytes: 8 });
  });

  it('shows refusals of today', async () => {
    const refusals = await as(viewer, (tx) => listRefusals(tx, inbox.workspaceId));
    expect(refusals.map((refusal) => refusalSchema.parse(refusal))).toEqual([
      expect.objectContaining({ reason: 'webhooks.signature_invalid', count: 3 }),
    ]);
  });

  it('shows strangers nothing', async () => {
    expect((await list(stranger)).data).toEqual([]);
    await expect(as(stranger, (tx) => getInboxEvent(tx, ids[0] ?? ''))).rejects.toMatchObject({
      code: 'resource.not_found',
    });
    expect(await as(stranger, (tx) => listRefusals(tx, inbox.workspaceId))).toEqual([]);
    await expect(as(stranger, (tx) => replayInboxEvent(tx, ids[0] ?? ''))).rejects.toMatchObject({
      code: 'resource.not_found',
    });
  });
});

describe('replay', () => {
  it('makes a settled event pending again and tells the worker with the commit', async () => {
    const heard: string[] = [];
    const listening = await inbox.worker.listen(workChannel, (work) => heard.push(work));
    await as(editor, (tx) => replayInboxEvent(tx, ids[0] ?? ''));
    await expect.poll(() => heard).toEqual(['inbox']);
    await listening.unlisten();
    const event = await as(viewer, (tx) => getInboxEvent(tx, ids[0] ?? ''));
    expect(event).toMatchObject({ status: 'pending', attempts: 0 });
    expect(event.replayed_at).not.toBeNull();
  });

  it('refuses one that is waiting, and a viewer', async () => {
    await expect(as(editor, (tx) => replayInboxEvent(tx, ids[0] ?? ''))).rejects.toMatchObject({
      code: 'resource.conflict',
    });
    await expect(as(viewer, (tx) => replayInboxEvent(tx, ids[1] ?? ''))).rejects.toMatchObject({
      code: 'resource.conflict',
    });
    expect(await as(viewer, (tx) => getInboxEvent(tx, ids[1] ?? ''))).toMatchObject({
      status: 'applied',
    });
  });
});
