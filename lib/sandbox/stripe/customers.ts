import { z } from 'zod';
import type { Call } from './call.ts';
import { emitEvent } from './emit-event.ts';
import { expand } from './expand.ts';
import { listObjects, listParams, requireRow } from './list-objects.ts';
import { listOf, metadata, readParams, text } from './read-form.ts';
import { invalid, missing } from './stripe-error.ts';
import { newId, nowSeconds, type ObjectRow, type Shape, type StripeWorld } from './world.ts';

const writable = {
  name: text(256).optional(),
  email: text(512).optional(),
  phone: text(20).optional(),
  description: text(350).optional(),
  metadata: metadata.optional(),
  expand: listOf(20).optional(),
};
const writeSchema = z.strictObject(writable);
const listSchema = z.strictObject({ ...listParams, email: z.string().optional() });

export function listCustomers(call: Call): Shape {
  const { world } = call;
  const params = readParams(listSchema, call.form);
  return listObjects(world, params, {
    path: '/v1/customers',
    what: 'customer',
    table: world.tables.customers,
    keep: (object) =>
      object['deleted'] !== true &&
      (params.email === undefined || object['email'] === params.email),
  });
}

/** A deleted customer is still there, as an id. */
export function showCustomer(call: Call, id: string): Shape {
  const params = readParams(z.strictObject({ expand: writable.expand }), call.form);
  const { object } = requireRow(found(call.world, id));
  if (object['deleted'] === true) return { id, object: 'customer', deleted: true };
  return expand(call.world, object, params.expand ?? []);
}

export function createCustomer(call: Call): Shape {
  const params = readParams(writeSchema, call.form);
  checkEmail(params.email);
  const id = newId('cus');
  const object = bareCustomer(id, nowSeconds(call.world));
  applyWrites(object, params);
  call.world.tables.customers.insert({ key: id, object });
  emitEvent(call, 'customer.created', object);
  return expand(call.world, object, params.expand ?? []);
}

export function updateCustomer(call: Call, id: string): Shape {
  const params = readParams(writeSchema, call.form);
  const row = requireLiving(call.world, id);
  checkEmail(params.email);
  const object = structuredClone(row.object);
  applyWrites(object, params);
  if (JSON.stringify(object) !== JSON.stringify(row.object)) {
    call.world.tables.customers.update(row.id, { object });
    emitEvent(call, 'customer.updated', object, row.object);
  }
  return expand(call.world, object, params.expand ?? []);
}

export function deleteCustomer(call: Call, id: string): Shape {
  const row = requireLiving(call.world, id);
  call.world.tables.customers.update(row.id, { object: { ...row.object, deleted: true } });
  emitEvent(call, 'customer.deleted', row.object);
  return { id, object: 'customer', deleted: true };
}

/** https://docs.stripe.com/api/customers/object */
export const bareCustomer = (id: string, created: number): Shape => ({
  id,
  object: 'customer',
  address: null,
  balance: 0,
  created,
  currency: null,
  default_source: null,
  delinquent: false,
  description: null,
  discount: null,
  email: null,
  invoice_prefix: id.slice(-8).toUpperCase(),
  invoice_settings: { custom_fields: null, default_payment_method: null, footer: null },
  livemode: false,
  metadata: {},
  name: null,
  phone: null,
  preferred_locales: [],
  shipping: null,
  tax_exempt: 'none',
  test_clock: null,
});

function applyWrites(object: Shape, params: z.output<typeof writeSchema>): void {
  for (const field of ['name', 'email', 'phone', 'description'] as const) {
    const value = params[field];
    if (value !== undefined) object[field] = value === '' ? null : value;
  }
  if (params.metadata) object['metadata'] = mergedMetadata(object['metadata'], params.metadata);
}

/** Keys that are not named stay; an empty value takes its key away. */
export function mergedMetadata(before: unknown, wanted: Record<string, string>): Shape {
  const all = { ...(before as Record<string, string>), ...wanted };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

function checkEmail(email: string | undefined): void {
  if (email === undefined || email === '' || /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) return;
  throw invalid(`Invalid email address: ${email.slice(0, 80)}`, {
    code: 'email_invalid',
    param: 'email',
  });
}

const found = (world: StripeWorld, id: string) => ({
  table: world.tables.customers,
  id,
  what: 'customer',
});

function requireLiving(world: StripeWorld, id: string): ObjectRow {
  const row = requireRow(found(world, id));
  if (row.object['deleted'] === true) throw missing('customer', id, 'id');
  return row;
}
