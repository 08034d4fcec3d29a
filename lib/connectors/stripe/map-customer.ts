import { toStorableJson } from '#lib/connectors/protocol/index';
import type { Json, JsonObject } from '#lib/core/index';
import { type Customer, customerSchema } from './schema.ts';
import { asObject, dashboardUrl, faulty, isoOf, type Mapped, type Sighting } from './sighting.ts';

/** A customer in the hub's words. Never throws, whatever it is handed. */
export function fromCustomer(value: unknown, seen: Sighting, isGone = false): Mapped {
  const raw = asObject(value);
  const read = customerSchema.safeParse(raw);
  if (!read.success) {
    const first = read.error.issues[0];
    const where = first?.path.join('.') || 'the object';
    return faulty(raw, 'customer', `${where}: ${first?.message ?? 'cannot be read'}`);
  }
  const customer = read.data;
  const deleted = isGone || customer.deleted === true;
  const url = dashboardUrl(customer.livemode, `customers/${customer.id}`);
  return {
    is: 'object',
    object: toStorableJson({
      externalId: customer.id,
      externalKey: null,
      url,
      rank: seen.rank,
      rankIsExact: false,
      updatedAt: seen.updatedAt ?? isoOf((customer.created ?? 0) * 1_000),
      fields: deleted ? {} : toFields(customer, url),
      deleted,
      raw: raw ?? {},
    }),
  };
}

function toFields(customer: Customer, url: string | null): JsonObject {
  const { name, email, phone, description, created } = customer;
  const fields: Record<string, Json | undefined> = {
    name: name === undefined ? undefined : (name ?? ''),
    emails: email === undefined ? undefined : listOf(email),
    phones: phone === undefined ? undefined : listOf(phone),
    description: description === undefined ? undefined : description || null,
    url: url ?? undefined,
    created_at: typeof created === 'number' ? isoOf(created * 1_000) : undefined,
  };
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
}

const listOf = (value: string | null): string[] => (value ? [value] : []);
