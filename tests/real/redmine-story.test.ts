import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { ConnectorContext, RemoteRef } from '#lib/connectors/protocol/index';
import { redmineApi } from '#lib/connectors/redmine/api';
import type { JsonObject } from '#lib/core/index';
import { makeBench } from '../contract/connectors/bench.ts';
import type { ContractWorld } from '../contract/connectors/contract-entry.ts';
import { administratorOf, entryOf, type SeededProject, seedProject } from './redmine-world.ts';

const at = inject('redmine');
const entry = entryOf(at);
let seeded: SeededProject;
let scope: JsonObject;

const refOf = (id: number): RemoteRef => ({
  externalId: String(id),
  externalKey: String(id),
  scope,
});

function connected(auth: 'api_key' | 'basic', credential: string): ConnectorContext {
  const world: ContractWorld = {
    apiBaseUrl: at.url,
    auth,
    credential,
    wrongCredential: '',
    account: { id: '', name: '' },
    streams: [],
    dispose: () => Promise.resolve(),
  };
  return makeBench(entry, world).ctx();
}
const base64 = (text: string) => Buffer.from(text).toString('base64');
const byPassword = () => {
  const { login, password } = seeded.ada;
  return connected('basic', base64(`${login}:${password}`));
};

beforeAll(async () => {
  seeded = await seedProject(at, 'story', 3);
  scope = { project_id: seeded.projectId };
});

describe('a story both ways, in order', () => {
  it('knows the same account by key and by password', async () => {
    const byKey = await redmineApi.account(connected('api_key', seeded.ada.key));
    expect(byKey.name).toContain('Ada Lovelace story');
    expect(await redmineApi.account(byPassword())).toEqual(byKey);
    const wrong = connected('basic', base64(`${seeded.ada.login}:wrong`));
    await expect(redmineApi.account(wrong)).rejects.toMatchObject({
      code: 'provider.unauthorized',
    });
  });

  it('takes in what is changed there, and sends out what is changed here', async () => {
    const ctx = byPassword();
    const [id = 0] = await seeded.ids();
    const page = await redmineApi.backfill(ctx, 'issues', scope, null);
    expect(page).toMatchObject({ total: 3, next: null });
    await seeded.change(id, { subject: 'Changed at Redmine', description: 'h1. Why' });
    const news = await redmineApi.poll(ctx, 'issues', scope, page.cursor);
    const changed = news.objects.find(({ externalId }) => externalId === String(id));
    expect(changed?.fields).toMatchObject({ title: 'Changed at Redmine', body: 'h1. Why' });
    const { ignored } = await redmineApi.update(ctx, 'issues', refOf(id), {
      title: 'Changed in the hub',
      state: 'in_progress',
    });
    expect(ignored).toEqual([]);
    expect(await seeded.show(id)).toMatchObject({
      subject: 'Changed in the hub',
      description: 'h1. Why',
      status: { name: 'In Progress' },
    });
  });

  it('goes through every state there and back, and empties what can be empty', async () => {
    const ctx = byPassword();
    const id = await seeded.issue('Through all states', { due_date: '2031-01-01' });
    for (const state of ['in_progress', 'done', 'cancelled', 'open'] as const) {
      const { object, ignored } = await redmineApi.update(ctx, 'issues', refOf(id), { state });
      expect([object.fields['state'], ignored]).toEqual([state, []]);
    }
    const fields = { due_on: null, body: null, assignees: [], parent: null };
    const { object, ignored } = await redmineApi.update(ctx, 'issues', refOf(id), fields);
    expect(ignored).toEqual([]);
    expect(object.fields).toMatchObject({ ...fields, closed_at: null });
  });

  it('says which field Redmine worked out by itself, though it answered 204', async () => {
    const ctx = byPassword();
    const parent = await seeded.issue('Worked out from its children');
    await seeded.issue('A child', { parent_issue_id: parent });
    const { ignored } = await redmineApi.update(ctx, 'issues', refOf(parent), {
      due_on: '2031-05-06',
    });
    expect(ignored.map(({ field }) => field)).toEqual(['due_on']);
  });

  it('answers 304 while nothing happens', async () => {
    const ctx = byPassword();
    const { cursor } = await redmineApi.backfill(ctx, 'issues', scope, null);
    let page = await redmineApi.poll(ctx, 'issues', scope, cursor);
    for (let turn = 0; turn < 3 && !page.notModified; turn += 1) {
      page = await redmineApi.poll(ctx, 'issues', scope, page.cursor);
    }
    expect(page.notModified).toBe(true);
  });

  it('takes a public project seen without a login for nobody’s', async () => {
    const act = administratorOf(at);
    await act('PUT', `/projects/${seeded.projectId}.json`, { project: { is_public: true } });
    const nobody = connected('api_key', 'f'.repeat(40));
    const id = await seeded.issue('Soon gone');
    expect((await redmineApi.read(nobody, 'issues', refOf(id)))?.externalId).toBe(String(id));
    await seeded.remove(id);
    const unknown = { code: 'provider.unauthorized' };
    await expect(redmineApi.read(nobody, 'issues', refOf(id))).rejects.toMatchObject(unknown);
    const later = { since: '2039-01-01T00:00:00Z' };
    await expect(redmineApi.poll(nobody, 'issues', scope, later)).rejects.toMatchObject(unknown);
    expect(await redmineApi.read(byPassword(), 'issues', refOf(id))).toBeNull();
  });
});
