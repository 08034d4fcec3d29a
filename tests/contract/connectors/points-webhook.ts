import fc from 'fast-check';
import type { WebhookManifest, WebhookParser } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import { answerHandshake } from '#lib/webhooks/answer-handshake';
import { completeHead, judgeHead } from '#lib/webhooks/judge-head';
import { verifySignature } from '#lib/webhooks/verify-signature';
import { type Bench, must, scopeOf } from './bench.ts';
import type { ContractEntry, ContractStream, SentWebhook } from './contract-entry.ts';
import type { Point } from './points.ts';
import { eachStream, expectFields, kindOf } from './points-read.ts';

export const hasWebhook = ({ connector }: ContractEntry): boolean =>
  connector.manifest.webhook !== null;
export const hears = ({ world }: Bench): boolean => world.webhooks !== undefined;
const byApi = ({ connector: { manifest } }: ContractEntry): boolean =>
  manifest.webhook?.registration.mode === 'api';

function webhookOf({ connector }: ContractEntry): {
  manifest: WebhookManifest;
  parser: WebhookParser;
} {
  const { manifest, webhook: parser } = connector;
  if (!manifest.webhook || !parser) throw new Error('There is no webhook');
  return { manifest: manifest.webhook, parser };
}

const distinct = ({ headers }: SentWebhook) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));

const secretText = (n: number): string => `${n}`.repeat(64).slice(0, 64);

/** Sees to a webhook for the stream; answers the secret it is signed with. */
export async function listen(bench: Bench, stream: ContractStream, n = 1): Promise<string> {
  const { webhooks } = bench.world;
  if (!webhooks) throw new Error('Nothing listens');
  if (!byApi(bench.entry)) return webhooks.manualSecret ?? '';
  const target = { url: webhooks.url, secret: secretText(n) };
  const scope = await scopeOf(bench, stream);
  const made = await bench.entry.api.registerWebhook?.(bench.ctx(), scope, target);
  return made?.secret ?? target.secret;
}

/** Somebody's change and the webhook that tells of it. */
async function hear(bench: Bench, stream: ContractStream) {
  const secret = await listen(bench, stream);
  const changed = await stream.change();
  const sent = await bench.world.webhooks?.next(changed.told);
  if (!sent) throw new Error('No webhook came');
  return { secret, changed, sent };
}

async function judge(entry: ContractEntry, sent: SentWebhook, secret: string): Promise<string> {
  const { scheme } = webhookOf(entry).manifest;
  const request = {
    method: 'POST',
    url: null,
    search: '',
    headers: distinct(sent),
    body: Buffer.from(sent.body),
  };
  const verdict = await verifySignature(scheme, request, [secret], Date.now());
  return verdict.ok ? verdict.value : verdict.error.code;
}

function headOf(entry: ContractEntry, sent: SentWebhook) {
  const { manifest } = webhookOf(entry);
  const head = judgeHead(manifest, distinct(sent));
  if (!head.ok) throw head.error;
  return completeHead(manifest, head.value, JSON.parse(sent.body) as JsonObject, 'hash');
}

/** By the connector's own parser, or as the stream's definition says. */
export async function readSent(
  { entry, ...bench }: Bench,
  stream: ContractStream,
  sent: SentWebhook,
) {
  const { connector } = entry;
  const { resource, scopeKey } = stream;
  const bound = async () => {
    const scope = await scopeOf({ entry, ...bench }, stream);
    return connector.bindWebhook?.({ resource, scopeKey, scope }, Date.now());
  };
  const parser = connector.bindWebhook ? await bound() : webhookOf(entry).parser;
  if (!parser) throw new Error('Nothing reads its events');
  return parser.parse(headOf(entry, sent).event, JSON.parse(sent.body) as JsonObject);
}

/** The stream's own, or one told apart by the account. */
async function expectAddress(
  bench: Bench,
  stream: ContractStream,
  sent: SentWebhook,
): Promise<void> {
  const parsed = await readSent(bench, stream, sent);
  must(parsed.resource).toBe(stream.resource);
  must(parsed.scopeKey).toBe(stream.scopeKey);
  if (parsed.accountId !== undefined) must(parsed.accountId).toBe(bench.world.account.id);
}

export const webhookPoints: Point[] = [
  {
    id: 'webhook_register',
    title: 'It registers a webhook once, renews its secret and takes it back',
    isClaimed: byApi,
    isProvable: hears,
    prove: eachStream(async (bench, stream) => {
      const { api } = bench.entry;
      const { webhooks } = bench.world;
      if (!webhooks) return;
      const scope = await scopeOf(bench, stream);
      const register = (n: number) =>
        api.registerWebhook?.(bench.ctx(), scope, { url: webhooks.url, secret: secretText(n) });
      const [first, second] = [await register(2), await register(3)];
      const changed = await stream.change();
      const sent = await webhooks.next(changed.told);
      must(await judge(bench.entry, sent, second?.secret ?? secretText(3))).toBe('verified');
      const ours = async () =>
        (await api.listWebhooks?.(bench.ctx(), scope))?.filter(({ url }) => url === webhooks.url);
      must(await ours()).toHaveLength(1);
      for (const made of [first, second, second]) {
        await api.removeWebhook?.(bench.ctx(), scope, made?.remoteId ?? '');
      }
      must(await ours()).toEqual([]);
    }),
  },
  {
    id: 'webhook_signature',
    title: 'What it posts is signed as the manifest says',
    isClaimed: hasWebhook,
    isProvable: hears,
    prove: eachStream(async (bench, stream) => {
      const { secret, sent } = await hear(bench, stream);
      must(await judge(bench.entry, sent, secret)).toBe('verified');
      must(await judge(bench.entry, sent, `${secret}x`)).toBe('webhooks.signature_invalid');
      if (webhookOf(bench.entry).manifest.scheme.kind === 'token') return;
      const forged = { ...sent, body: sent.body.replace(/"(\w)/, '" $1') };
      must(await judge(bench.entry, forged, secret)).toBe('webhooks.signature_invalid');
    }),
  },
  {
    id: 'webhook_identity',
    title: 'Each delivery has an id of its own and a name that was asked for',
    isClaimed: hasWebhook,
    isProvable: hears,
    prove: eachStream(async (bench, stream) => {
      const [one, two] = [await hear(bench, stream), await hear(bench, stream)];
      const heads = [headOf(bench.entry, one.sent), headOf(bench.entry, two.sent)];
      must(heads.map(({ deliveryId }) => deliveryId)).not.toContain('hash');
      must(new Set(heads.map(({ deliveryId }) => deliveryId)).size).toBe(2);
      const { events } = webhookOf(bench.entry).manifest;
      // Where nothing is subscribed to, any name will do but none.
      for (const { event } of heads) {
        must(event).not.toBe('unknown');
        if (events.length > 0) must(events).toContain(event);
      }
    }),
  },
  {
    id: 'webhook_parse',
    title: 'A webhook says which object of which stream changed, and how',
    isClaimed: hasWebhook,
    isProvable: hears,
    prove: eachStream(async (bench, stream) => {
      const { changed, sent } = await hear(bench, stream);
      const parsed = await readSent(bench, stream, sent);
      must(parsed.kind).toBe('apply');
      await expectAddress(bench, stream, sent);
      const object = parsed.objects.find(({ externalId }) => externalId === changed.externalId);
      const again = parsed.refetch.some(({ externalId }) => externalId === changed.externalId);
      must(object !== undefined || again).toBe(true);
      const carried = Object.entries(changed.fields).filter(
        ([field]) => field in (object?.fields ?? {}),
      );
      expectFields(kindOf(bench, stream), object?.fields ?? {}, Object.fromEntries(carried));
      if (!again) must(carried).toHaveLength(Object.keys(changed.fields).length);
    }),
  },
  {
    id: 'webhook_delete',
    title: 'A webhook tells that an object is gone',
    isClaimed: hasWebhook,
    isProvable: (bench) => hears(bench) && bench.world.streams.some(({ remove }) => remove),
    prove: eachStream(async (bench, stream) => {
      if (!stream.remove) return;
      await listen(bench, stream);
      const { told, ...ref } = await stream.remove();
      const sent = await bench.world.webhooks?.next(told);
      if (!sent) throw new Error('No webhook came');
      const parsed = await readSent(bench, stream, sent);
      await expectAddress(bench, stream, sent);
      const gone = parsed.objects.some((o) => o.externalId === ref.externalId && o.deleted);
      const again = parsed.refetch.some(({ externalId }) => externalId === ref.externalId);
      must(gone || again).toBe(true);
    }),
  },
  {
    id: 'webhook_junk',
    title: 'Events it does not know are kept and marked, whatever they hold',
    isClaimed: hasWebhook,
    isProvable: () => true,
    prove: ({ entry }) => {
      const { manifest, parser } = webhookOf(entry);
      const payload = fc.dictionary(fc.string(), fc.jsonValue()).map((json) => json as JsonObject);
      const event = fc.oneof(fc.constantFrom(...manifest.events, 'unknown'), fc.string());
      fc.assert(
        fc.property(event, payload, (name, json) => {
          const parsed = parser.parse(name, json);
          if (!manifest.events.includes(name) && parsed.kind === 'apply') {
            must(parsed.objects).toEqual([]);
          }
          must(typeof parsed.summary).toBe('string');
        }),
        { numRuns: 300 },
      );
      must(parser.parse('no.such_event', {}).kind).toBe('unknown');
      return Promise.resolve();
    },
  },
  {
    id: 'webhook_captured',
    title: 'Events as the service really sent them are understood',
    isClaimed: ({ captured }) => captured !== undefined,
    isProvable: ({ entry }) => (entry.captured?.length ?? 0) > 0,
    source: 'captured payloads',
    prove: ({ entry }) => {
      const { parser } = webhookOf(entry);
      const kinds = entry.captured?.map(({ event, payload }) => parser.parse(event, payload).kind);
      must(kinds).not.toContain('unknown');
      must(kinds).toContain('apply');
      return Promise.resolve();
    },
  },
  {
    id: 'webhook_challenge',
    title: 'The handshake before the first event is answered',
    isClaimed: ({ connector: { manifest } }) => (manifest.webhook?.handshakes.length ?? 0) > 0,
    isProvable: ({ world }) => world.challenge !== undefined,
    prove: async ({ entry, world }) => {
      const { manifest } = webhookOf(entry);
      const { challenge } = world;
      if (!challenge) throw new Error('There is no handshake');
      must(await judge(entry, challenge, challenge.secret)).toBe('verified');
      const body = JSON.parse(challenge.body) as JsonObject;
      const asking = { method: 'POST', search: '', headers: distinct(challenge) };
      const proof = { isProven: true, secret: challenge.secret };
      const answered = answerHandshake(manifest, asking, body, proof);
      must(answered?.answer.body).toContain(challenge.answer);
    },
  },
];
