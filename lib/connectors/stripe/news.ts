import type { ProviderFault, RemoteObject } from '#lib/connectors/protocol/index';
import { fromCustomer } from './map-customer.ts';
import { fromPayment } from './map-payment.ts';
import { chargeSchema, idOf, type StripeEvent } from './schema.ts';
import { eventSighting, type Mapped } from './sighting.ts';

/** What an event of Stripe's says, whether it was delivered or fetched. */
export interface News {
  /** Null for what we do not keep. */
  resource: 'payments' | 'customers' | null;
  objects: RemoteObject[];
  faults: ProviderFault[];
  /** Ids of payments that have changed and are not in the event. */
  readAgain: string[];
}

const nothing: News = { resource: null, objects: [], faults: [], readAgain: [] };

/** https://docs.stripe.com/api/events/types */
export function newsOf(event: StripeEvent): News {
  const { type, created } = event;
  const { object } = event.data;
  const seen = eventSighting(created);
  if (type.startsWith('payment_intent.')) {
    const hasSucceeded = type === 'payment_intent.succeeded';
    const mapped = fromPayment(object, seen, hasSucceeded ? { succeededAt: created } : undefined);
    return { ...nothing, resource: 'payments', ...sorted(mapped) };
  }
  if (type.startsWith('charge.')) return ofCharge(object);
  if (/^customer\.(created|updated|deleted)$/.test(type)) {
    const mapped = fromCustomer(object, seen, type === 'customer.deleted');
    return { ...nothing, resource: 'customers', ...sorted(mapped) };
  }
  return nothing;
}

/** A charge is a part of its payment; what it means for the payment only the payment says. */
function ofCharge(object: unknown): News {
  const charge = chargeSchema.safeParse(object);
  const payment = charge.success ? charge.data.payment_intent : null;
  return payment ? { ...nothing, resource: 'payments', readAgain: [idOf(payment)] } : nothing;
}

const sorted = (mapped: Mapped): Pick<News, 'objects' | 'faults'> =>
  mapped.is === 'object'
    ? { objects: [mapped.object], faults: [] }
    : { objects: [], faults: [mapped.fault] };
