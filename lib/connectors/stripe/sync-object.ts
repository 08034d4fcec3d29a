import { randomUUID } from 'node:crypto';
import type {
  ConnectorContext,
  HttpAnswer,
  RemoteObject,
  RemoteRef,
  WriteResult,
} from '#lib/connectors/protocol/index';
import { HubError, isHubError, type JsonObject } from '#lib/core/index';
import { type Resource, readResource } from './account-scope.ts';
import { badAnswer } from './errors.ts';
import { fromCustomer } from './map-customer.ts';
import { fromPayment } from './map-payment.ts';
import { toForm } from './patch.ts';
import { ask } from './request.ts';
import { sightingOf } from './sighting.ts';

/** https://docs.stripe.com/api/payment_intents/retrieve https://docs.stripe.com/api/customers/retrieve */
export function readObject(
  ctx: ConnectorContext,
  resourceName: string,
  ref: RemoteRef,
): Promise<RemoteObject | null> {
  return readById(ctx, readResource(resourceName), ref.externalId);
}

export const readPayment = (ctx: ConnectorContext, id: string): Promise<RemoteObject | null> =>
  readById(ctx, 'payments', id);

async function readById(
  ctx: ConnectorContext,
  resource: Resource,
  id: string,
): Promise<RemoteObject | null> {
  try {
    const answer = await ask(ctx, {
      method: 'GET',
      path: pathOf(resource, id),
      query: expansionOf(resource),
    });
    const object = toObject(resource, id, answer);
    // A deleted customer is still answered, as an id and nothing else.
    return object.deleted ? null : object;
  } catch (error) {
    if (isHubError(error) && error.code === 'provider.not_found') return null;
    throw error;
  }
}

/**
 * One key for all attempts of one call: should an answer be lost, Stripe gives it again instead of
 * doing it twice. A later call gets a key of its own, or the old answer would stand in its way.
 * https://docs.stripe.com/api/idempotent_requests
 */
export async function updateObject(
  ctx: ConnectorContext,
  resourceName: string,
  ref: RemoteRef,
  fields: JsonObject,
): Promise<WriteResult> {
  const resource = readResource(resourceName);
  const answer = await ask(ctx, {
    method: 'POST',
    path: pathOf(resource, ref.externalId),
    form: { ...toForm(resource, fields), ...expansionOf(resource) },
    headers: { 'idempotency-key': randomUUID() },
    isIdempotent: true,
  });
  return { object: toObject(resource, ref.externalId, answer), ignored: [] };
}

function toObject(resource: Resource, id: string, answer: HttpAnswer): RemoteObject {
  const seen = sightingOf(answer);
  const mapped =
    resource === 'payments' ? fromPayment(answer.json, seen) : fromCustomer(answer.json, seen);
  if (mapped.is === 'fault') throw badAnswer(mapped.fault.message);
  if (mapped.object.externalId !== id) throw badAnswer('it speaks of another object');
  return mapped.object;
}

const expansionOf = (resource: Resource): Record<string, string> =>
  resource === 'payments' ? { 'expand[0]': 'latest_charge' } : {};

function pathOf(resource: Resource, id: string): string {
  if (!/^\w{1,190}$/.test(id)) throw new HubError('request.invalid', 'This is no id of Stripe.');
  return resource === 'payments' ? `/v1/payment_intents/${id}` : `/v1/customers/${id}`;
}
