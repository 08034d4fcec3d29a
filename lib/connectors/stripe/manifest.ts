import { type ConnectorManifest, tradeWebhooks } from '#lib/connectors/protocol/index';

/** The API's shape we read and write; an account's own default may be years older. */
export const stripeVersion = '2025-09-30.clover';

/**
 * What is listened and asked for. Stripe has no event for a change of a payment's description; money
 * that goes back is told of the charge, and the payment is read again for it.
 * https://docs.stripe.com/api/events/types
 */
export const eventsOf = {
  payments: [
    'payment_intent.created',
    'payment_intent.processing',
    'payment_intent.requires_action',
    'payment_intent.amount_capturable_updated',
    'payment_intent.partially_funded',
    'payment_intent.payment_failed',
    'payment_intent.canceled',
    'payment_intent.succeeded',
    'charge.captured',
    'charge.refunded',
    'charge.updated',
  ],
  customers: ['customer.created', 'customer.updated', 'customer.deleted'],
} as const;

export const stripeManifest = {
  name: 'stripe',
  provider: 'Stripe',
  summary: 'Payments and customers of your account, with what people write about them both ways.',
  category: 'payments',
  auth: [
    {
      kind: 'api_key',
      permissions: {
        read: ['Events: Read', 'Charges and PaymentIntents: Read', 'Customers: Read'],
        write: ['Charges and PaymentIntents: Write', 'Customers: Write'],
        webhooks: ['Webhook Endpoints: Write'],
      },
      consoleUrl: 'https://dashboard.stripe.com/apikeys',
      baseUrl: null,
      fields: {
        key: {
          label: 'Restricted or secret key',
          placeholder: 'rk_live_…',
          help: 'Make a restricted key with the permissions named here: it can do nothing else.',
          pattern: '(rk|sk)_(live|test)_[A-Za-z0-9]{10,247}',
          patternWords: 'begins with rk_ or sk_, then live_ or test_',
        },
      },
      sent: { in: 'header', name: 'authorization', prefix: 'Bearer ' },
    },
  ],
  endpoints: {
    authorizeUrl: null,
    tokenUrl: null,
    revokeUrl: null,
    apiBaseUrl: 'https://api.stripe.com',
    webBaseUrl: 'https://dashboard.stripe.com',
  },
  hosts: ['api.stripe.com'],
  selfHostedApiPath: null,
  // 25 a second is what a test mode account gets; a live one gets 100. https://docs.stripe.com/rate-limits
  rate: { requests: 25, perMs: 1_000, concurrent: 10, headers: null },
  webhook: {
    ...tradeWebhooks.stripe.descriptor,
    events: [...eventsOf.payments, ...eventsOf.customers],
    registration: { mode: 'api', per: 'connection' },
  },
  resources: [
    {
      name: 'payments',
      kind: 'payment',
      title: 'Payments',
      scopeTitle: 'account',
      writable: ['description'],
      writableValues: {},
    },
    {
      name: 'customers',
      kind: 'contact',
      title: 'Customers',
      scopeTitle: 'account',
      writable: ['name', 'emails', 'phones', 'description'],
      writableValues: {},
    },
  ],
  lookups: [],
  gaps: [
    'A payment is a PaymentIntent; charges made without one (older integrations) are left out.',
    'Stripe tells nobody when a payment’s description changes; it shows with the next full read.',
    'A customer has one e-mail address and one phone number.',
    'Stripe counts nothing, so a first read shows no percentage.',
    'Stripe keeps what happened for 30 days; after a longer pause everything is read again.',
    'Stripe times events in seconds and promises no order: two in one second are settled by reading again.',
    'Metadata, payment methods, invoices and subscriptions are not read.',
    'Payments are neither made, captured, refunded nor cancelled from here.',
    'Objects of test mode have no link: a key does not say which sandbox of the account they lie in.',
  ],
} satisfies ConnectorManifest;
