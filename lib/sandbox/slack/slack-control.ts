import type { Hono } from 'hono';
import { z } from 'zod';
import { createDoubleControl } from '../double-control.ts';
import type { Faults } from '../faults.ts';
import { changeMessage, deleteMessage, postMessage, react } from './messages.ts';
import { setRequestUrl } from './request-url.ts';
import { keyOf, showMessage } from './show-message.ts';
import { SlackError } from './slack-error.ts';
import { issueToken } from './tokens.ts';
import type { ChannelRow, MessageRow, SlackWorld } from './world.ts';

const where = { channel: z.string() };
const sayings = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('post'),
    ...where,
    user: z.string(),
    text: z.string(),
    thread: z.string().optional(),
  }),
  z.strictObject({ do: z.literal('change'), ...where, ts: z.string(), text: z.string() }),
  z.strictObject({ do: z.literal('delete'), ...where, ts: z.string() }),
  z.strictObject({
    do: z.literal('react'),
    ...where,
    ts: z.string(),
    name: z.string(),
    user: z.string(),
  }),
]);
const urlSchema = z.strictObject({ clientId: z.string(), url: z.string() });
const installSchema = z.strictObject({ clientId: z.string(), scopes: z.array(z.string()) });

/** Switches of this double: what people say, apps and their addresses, tokens, deliveries. */
export function createSlackControl(parts: {
  world: SlackWorld;
  faults: Faults;
  reset: () => Promise<void>;
}): Hono {
  const { world, faults, reset } = parts;
  const { tables } = world;
  const control = createDoubleControl({
    name: 'slack',
    faults,
    reset,
    status: () => ({
      channels: tables.channels.all().map(({ key, name }) => ({ id: key, name })),
      people: tables.people.all().map(({ key, name }) => ({ id: key, name })),
      messages: tables.messages.count(),
      pendingDeliveries: world.lanes.pending,
    }),
  });
  control.get('/apps', (c) => c.json(tables.apps.all()));
  control.get('/deliveries', (c) => c.json(tables.deliveries.all()));
  control.get('/messages/:channel', (c) =>
    c.json(
      tables.messages
        .findBy('channel', c.req.param('channel'))
        .map((row) => showMessage(world, row)),
    ),
  );
  control.post('/act', async (c) => c.json(act(world, sayings.parse(await c.req.json()))));
  control.post('/request-url', async (c) => {
    const { clientId, url } = urlSchema.parse(await c.req.json());
    const app = tables.apps.findOneBy('clientId', clientId);
    if (!app) return c.json({ error: 'No such app' }, 404);
    try {
      await setRequestUrl(world, app, url);
      return c.json({ verified: true });
    } catch (error) {
      if (!(error instanceof SlackError)) throw error;
      return c.json({ verified: false, error: error.message });
    }
  });
  control.post('/install', async (c) => {
    const { clientId, scopes } = installSchema.parse(await c.req.json());
    const app = world.registered.find((one) => one.clientId === clientId);
    return c.json(issueToken(world, clientId, scopes, app?.expiringTokens ?? false));
  });
  control.post('/tokens/expire', (c) => {
    const living = tables.tokens.all().filter((token) => token.endsMs !== null);
    for (const token of living) tables.tokens.update(token.id, { endsMs: 0 });
    return c.json({ tokens: living.length });
  });
  control.post('/tokens/revoke', (c) => {
    const all = tables.tokens.all();
    for (const token of all) tables.tokens.update(token.id, { revoked: true });
    return c.json({ tokens: all.length });
  });
  return control;
}

/** Somebody does something in a channel; edits and deletions are the author's own. */
function act(world: SlackWorld, what: z.output<typeof sayings>): Record<string, unknown> {
  const channel = world.tables.channels.findOneBy('key', what.channel);
  if (!channel) throw new SlackError('channel_not_found');
  if (what.do === 'post') {
    const { user, text, thread } = what;
    return showMessage(world, postMessage(world, channel, { user, text, thread: thread ?? null }));
  }
  const row = requireRow(world, channel, what.ts);
  if (what.do === 'delete') {
    deleteMessage(world, channel, row, row.user);
    return { deleted: row.ts };
  }
  if (what.do === 'react') {
    react(world, channel, row, { name: what.name, user: what.user });
    return showMessage(world, requireRow(world, channel, what.ts));
  }
  return showMessage(world, changeMessage(world, channel, row, { by: row.user, text: what.text }));
}

function requireRow(world: SlackWorld, channel: ChannelRow, ts: string): MessageRow {
  const row = world.tables.messages.findOneBy('key', keyOf(channel.key, ts));
  if (!row) throw new SlackError('message_not_found');
  return row;
}
