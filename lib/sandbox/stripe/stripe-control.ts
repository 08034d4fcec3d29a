import type { Hono } from 'hono';
import { z } from 'zod';
import { createDoubleControl } from '../double-control.ts';
import type { Faults } from '../faults.ts';
import { answerApi } from './answer-api.ts';
import { newId, type StripeWorld } from './world.ts';

const actSchema = z.strictObject({
  method: z.enum(['GET', 'POST', 'DELETE']),
  /** As behind the API's base address. */
  path: z.string().startsWith('/v1/'),
  form: z.record(z.string(), z.string()).default({}),
});
const keySchema = z.strictObject({ secret: z.string() });

/** Switches of this double: keys, acting at the API without a key, the deliveries. */
export function createStripeControl(parts: {
  world: StripeWorld;
  faults: Faults;
  reset: () => Promise<void>;
}): Hono {
  const { world, faults, reset } = parts;
  const { tables } = world;
  const control = createDoubleControl({
    name: 'stripe',
    faults,
    reset,
    status: () => ({
      customers: tables.customers.count(({ object }) => object['deleted'] !== true),
      payments: tables.payments.count(),
      events: tables.events.count(),
      endpoints: tables.endpoints.all().map(({ object }) => object['url']),
      pendingDeliveries: world.lanes.pending,
    }),
  });
  control.get('/keys', (c) =>
    c.json(tables.keys.all().map(({ secret, kind, revoked }) => ({ secret, kind, revoked }))),
  );
  control.post('/keys', (c) => {
    const { secret, kind, revoked } = tables.keys.insert({
      secret: newId('sk_test'),
      kind: 'secret',
      revoked: false,
    });
    return c.json({ secret, kind, revoked });
  });
  control.post('/keys/revoke', async (c) => {
    const { secret } = keySchema.parse(await c.req.json());
    const row = tables.keys.findOneBy('secret', secret);
    if (row) tables.keys.update(row.id, { revoked: true });
    return c.json({ revoked: row !== undefined });
  });
  control.get('/deliveries', (c) => c.json(tables.deliveries.all()));
  control.get('/objects/:table', (c) => {
    const { customers, payments, charges, events } = tables;
    const shown = { customers, payments, charges, events };
    const table = c.req.param('table');
    if (!Object.hasOwn(shown, table)) return c.json({ error: 'No such table' }, 404);
    return c.json(shown[table as keyof typeof shown].all().map(({ object }) => object));
  });
  control.post('/act', async (c) => {
    const { method, path, form } = actSchema.parse(await c.req.json());
    const secret = tables.keys.all().find((key) => key.kind === 'secret' && !key.revoked)?.secret;
    const query = new URLSearchParams(method === 'POST' ? {} : form);
    const body = method === 'POST' ? new URLSearchParams(form).toString() : '';
    const headers = new Headers({
      authorization: `Bearer ${secret ?? ''}`,
      'content-type': 'application/x-www-form-urlencoded',
    });
    const answer = answerApi(world, { method, path, query, headers, body });
    return c.json({ status: answer.status, json: await answer.json() });
  });
  return control;
}
