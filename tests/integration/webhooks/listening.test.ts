import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId, systemClock } from '#lib/core/index';
import { asUser } from '#lib/db/index';
import { generateKeyPair } from '#lib/security/index';
import {
  type ListeningDeps,
  listWebhookPresets,
  makeListeningConnection,
  readListening,
  rotateListeningSecret,
} from '#lib/webhooks/index';
import { type ListeningMade, listeningInputSchema } from '#lib/webhooks/schema';
import { type Member, makeWorld, type World } from '../connections/world.ts';

let world: World;
let colleague: Member;
let made: ListeningMade;
const deps: ListeningDeps = {
  sealKey: generateKeyPair().publicKey,
  where: { publicUrl: 'https://hub.example', port: 1 },
  clock: systemClock,
};
const own = { by: 'own', own: { header: 'x-signature' } };

const make = (member: Member, input: object, workspaceId = member.workspaceId) =>
  asUser(world.web.db, member, (tx) =>
    makeListeningConnection(
      tx,
      deps,
      { workspaceId, userId: member.userId },
      listeningInputSchema.parse({ connector: 'http_webhook', title: 'Shop', ...input }),
    ),
  );
const codeOf = (error: unknown): string => (error as { code: string }).code;
const fieldsOf = (error: unknown): string[] =>
  ((error as { details?: { errors?: { field: string }[] } }).details?.errors ?? []).map(
    ({ field }) => field,
  );

beforeAll(async () => {
  world = await makeWorld();
  made = await make(world.owner, { signing: own });
  // An editor of the owner's workspace.
  colleague = { ...world.stranger, workspaceId: world.owner.workspaceId };
  await world.admin`
    insert into public.members (workspace_id, user_id, role)
    values (${colleague.workspaceId}, ${colleague.userId}, 'editor')`;
});
afterAll(() => world.close());

describe('an address that is made', () => {
  it('is one of this hub, with a secret that is sealed and answered once', async () => {
    expect(made.state.url).toBe(
      `https://hub.example/api/webhooks/http_webhook/${made.state.endpoint_id}`,
    );
    expect(made.secret).toMatch(/^[0-9a-f]{64}$/);
    const rows = await world.admin`
      select c.status, c.auth_kind, c.account_name, e.scheme, e.scope,
        encode(s.envelope, 'escape') as sealed
      from public.connections c
      join public.webhook_endpoints e on e.connection_id = c.id
      join private.webhook_secrets s on s.endpoint_id = e.id
      where c.id = ${made.connection_id}`;
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ status: 'active', auth_kind: 'webhook', account_name: 'Shop' });
    expect(JSON.stringify(rows)).not.toContain(made.secret);
  });

  it.each([
    ['made in a workspace of others', () => make(world.owner, { signing: own }, newId())],
    ['made by who is no admin there', () => make(colleague, { signing: own })],
    [
      'changed by who is no admin there',
      () =>
        asUser(world.web.db, colleague, (tx) =>
          rotateListeningSecret(
            tx,
            deps,
            { workspaceId: colleague.workspaceId, connectionId: made.connection_id },
            { is_at_once: true },
          ),
        ),
    ],
  ])('is not %s', async (_how, act) => {
    expect(await act().catch(codeOf)).toBe('identity.forbidden');
  });

  it('is not there for other workspaces', async () => {
    const outsider = { ...world.stranger };
    const elsewhere = { workspaceId: outsider.workspaceId, connectionId: made.connection_id };
    const read = asUser(world.web.db, outsider, (tx) => readListening(tx, deps, elsewhere));
    expect(await read.catch(codeOf)).toBe('resource.not_found');
  });
});

describe('what was filled in', () => {
  it.each<[string, object, string[]]>([
    ['a preset that is none', { signing: { by: 'preset', preset: 'nobody' } }, ['signing.preset']],
    [
      'a public key that nobody but the service has',
      { signing: { by: 'preset', preset: 'standard_webhooks_v1a' } },
      ['secret'],
    ],
    ['a secret with a line break', { signing: own, secret: 'abcdefgh\r\nx' }, ['secret']],
    ['a secret of four letters', { signing: own, secret: 'abcd' }, ['secret']],
    ['a secret in another script', { signing: own, secret: 'пароль-пароль' }, ['secret']],
    [
      'a secret where nothing is signed',
      { signing: { by: 'nothing' }, secret: 'abcdefgh' },
      ['secret'],
    ],
    [
      'a signature over nothing of the body',
      { signing: { by: 'own', own: { header: 'x-s', template: 'x' } } },
      ['signing.own.template'],
    ],
  ])('names %s', async (_what, input, fields) => {
    const refused = await make(world.owner, input).catch((error: unknown) => error);
    expect(codeOf(refused)).toBe('request.invalid');
    expect(fieldsOf(refused)).toEqual(fields);
    expect(JSON.stringify((refused as { details: unknown }).details)).not.toContain('abcd');
  });

  it('may be any service whose way of signing is known', async () => {
    for (const preset of listWebhookPresets()) {
      const canGoWithout =
        preset.can_make_secret || preset.brings_secret || preset.proves === 'nothing';
      const secret = canGoWithout ? {} : { secret: 'x'.repeat(64) };
      const signing = { by: 'preset', preset: preset.name };
      const one = await make(world.owner, { signing, ...secret });
      expect(one.state).toMatchObject({ status: 'waiting', proves: preset.proves });
      expect(one.secret === null).toBe(!preset.can_make_secret);
    }
  });
});

describe('a secret the service brings', () => {
  it('is not pushed out by one that is made here and nobody knows', async () => {
    const notes = await make(world.owner, { signing: { by: 'preset', preset: 'notion' } });
    const at = { workspaceId: world.owner.workspaceId, connectionId: notes.connection_id };
    const rotate = (input: { secret?: string; is_at_once: boolean }) =>
      asUser(world.web.db, world.owner, (tx) => rotateListeningSecret(tx, deps, at, input));
    const refused = await rotate({ is_at_once: true }).catch((error: unknown) => error);
    expect(codeOf(refused)).toBe('request.invalid');
    expect(fieldsOf(refused)).toEqual(['secret']);
    expect(await rotate({ secret: 'secret_of-the-notes', is_at_once: true })).toMatchObject({
      secret: null,
    });
  });
});

describe('apps of a form, in the database', () => {
  const insert = (app: { connector: string; slug: string; definition: object | null }) =>
    world.admin`
      insert into public.apps (id, workspace_id, connector, client_id, slug, title, definition)
      values (${newId()}, ${world.owner.workspaceId}, ${app.connector}, 'c', ${app.slug},
        ${app.definition === null ? null : 'T'}, ${app.definition === null ? null : world.admin.json({})})`.then(
      () => 'taken',
      (error: { constraint_name?: string }) => error.constraint_name,
    );

  it('may be several of one connector, each under its own slug', async () => {
    const form = { connector: 'http_oauth', definition: {} };
    expect(await insert({ ...form, slug: 'one' })).toBe('taken');
    expect(await insert({ ...form, slug: 'two' })).toBe('taken');
    expect(await insert({ ...form, slug: 'one' })).toBe('apps_one_per_slug');
  });

  it('leave the others one of each, and have a definition', async () => {
    const plain = { connector: 'github', definition: null };
    expect(await insert({ ...plain, slug: '' })).toBe('taken');
    expect(await insert({ ...plain, slug: '' })).toBe('apps_one_per_slug');
    expect(await insert({ ...plain, slug: 'second' })).toBe('apps_defined_or_known');
    expect(await insert({ connector: 'http_oauth', definition: {}, slug: '' })).toBe(
      'apps_defined_or_known',
    );
    expect(await insert({ connector: 'http_oauth', definition: {}, slug: '../x' })).toBe(
      'apps_slug_check',
    );
  });
});
