import type { Call } from './call.ts';
import {
  createCustomer,
  deleteCustomer,
  listCustomers,
  showCustomer,
  updateCustomer,
} from './customers.ts';
import { listEvents, showEvent } from './events.ts';
import { withKeptAnswer } from './keep-answer.ts';
import { showOne } from './list-objects.ts';
import {
  cancelPayment,
  confirmPayment,
  createPayment,
  listPayments,
  updatePayment,
} from './payments.ts';
import { readForm } from './read-form.ts';
import { createRefund } from './refunds.ts';
import { showAccount } from './show-account.ts';
import { StripeError } from './stripe-error.ts';
import {
  createEndpoint,
  deleteEndpoint,
  listEndpoints,
  showEndpoint,
  updateEndpoint,
} from './webhook-endpoints.ts';
import {
  type KeyRow,
  knownVersions,
  latestVersion,
  newId,
  type Shape,
  type StripeWorld,
} from './world.ts';

type Work = (call: Call, id: string) => Shape;

/** Every address there is; `:id` stands for one path segment. */
const routes: Readonly<Record<string, Work>> = {
  'GET /v1/account': showAccount,
  'GET /v1/customers': listCustomers,
  'POST /v1/customers': createCustomer,
  'GET /v1/customers/:id': showCustomer,
  'POST /v1/customers/:id': updateCustomer,
  'DELETE /v1/customers/:id': deleteCustomer,
  'GET /v1/payment_intents': listPayments,
  'POST /v1/payment_intents': createPayment,
  'GET /v1/payment_intents/:id': ({ world, form }, id) =>
    showOne(world, form, {
      table: world.tables.payments,
      id,
      what: 'payment_intent',
      param: 'intent',
    }),
  'POST /v1/payment_intents/:id': updatePayment,
  'POST /v1/payment_intents/:id/confirm': confirmPayment,
  'POST /v1/payment_intents/:id/cancel': cancelPayment,
  'GET /v1/charges/:id': ({ world, form }, id) =>
    showOne(world, form, { table: world.tables.charges, id, what: 'charge', param: 'charge' }),
  'POST /v1/refunds': createRefund,
  'GET /v1/events': listEvents,
  'GET /v1/events/:id': showEvent,
  'GET /v1/webhook_endpoints': listEndpoints,
  'POST /v1/webhook_endpoints': createEndpoint,
  'GET /v1/webhook_endpoints/:id': showEndpoint,
  'POST /v1/webhook_endpoints/:id': updateEndpoint,
  'DELETE /v1/webhook_endpoints/:id': deleteEndpoint,
};

interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: string;
}

/** One call of the API, from its key to its answer. */
export function answerApi(world: StripeWorld, asked: Asked): Response {
  const requestId = newId('req').slice(0, 18);
  const headers = new Headers({
    'content-type': 'application/json',
    'cache-control': 'no-cache, no-store',
    'request-id': requestId,
    date: new Date(world.clock.now()).toUTCString(),
  });
  try {
    const key = authenticate(world, asked.headers);
    if (!world.take(key.secret)) throw rateLimited();
    headers.set('stripe-version', versionOf(asked.headers));
    const { work, id } = routeOf(asked);
    checkPermission(world, key, asked);
    const idempotencyKey = asked.headers.get('idempotency-key');
    const answer = withKeptAnswer(
      world,
      { ...asked, secret: key.secret, key: idempotencyKey },
      () => run(work, { world, form: formOf(asked), requestId, idempotencyKey }, id, requestId),
    );
    if (idempotencyKey !== null) headers.set('idempotency-key', idempotencyKey);
    if (answer.isReplayed) headers.set('idempotent-replayed', 'true');
    return new Response(answer.body, { status: answer.status, headers });
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    return new Response(bodyOf(error, requestId), { status: error.status, headers });
  }
}

/** A refusal of what was asked is an answer like any other; one of the parameters' form is not kept. */
function run(work: Work, call: Call, id: string, requestId: string) {
  try {
    const body = `${JSON.stringify(work(call, id), null, 2)}\n`;
    return { status: 200, body, isKept: true };
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    return { status: error.status, body: bodyOf(error, requestId), isKept: error.status === 402 };
  }
}

const bodyOf = (error: StripeError, requestId: string): string =>
  `${JSON.stringify(error.body(requestId), null, 2)}\n`;

function authenticate(world: StripeWorld, headers: Headers): KeyRow {
  const secret = secretOf(headers.get('authorization') ?? '');
  if (secret === '') {
    throw unauthorized(
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    );
  }
  const key = world.tables.keys.findOneBy('secret', secret);
  const shown = `${secret.slice(0, 8)}${'*'.repeat(Math.max(0, Math.min(secret.length, 40) - 12))}${secret.slice(-4)}`;
  if (!key) throw unauthorized(`Invalid API Key provided: ${shown}`);
  if (key.revoked) throw unauthorized(`Expired API Key provided: ${shown}`, 'api_key_expired');
  return key;
}

/** Bearer, or the user name of HTTP Basic. https://docs.stripe.com/api/authentication */
function secretOf(authorization: string): string {
  const [scheme = '', value = ''] = authorization.split(' ', 2);
  if (/^bearer$/i.test(scheme)) return value;
  if (!/^basic$/i.test(scheme)) return '';
  return Buffer.from(value, 'base64').toString('utf8').split(':', 1)[0] ?? '';
}

const unauthorized = (message: string, code?: string): StripeError =>
  new StripeError(401, { type: 'invalid_request_error', message, ...(code ? { code } : {}) });

const rateLimited = (): StripeError =>
  new StripeError(429, {
    type: 'invalid_request_error',
    code: 'rate_limit',
    message:
      'Request rate limit exceeded. Learn more about rate limits at https://stripe.com/docs/rate-limits.',
  });

function versionOf(headers: Headers): string {
  const version = headers.get('stripe-version') ?? latestVersion;
  if (knownVersions.includes(version)) return version;
  throw new StripeError(400, {
    type: 'invalid_request_error',
    message: `Invalid Stripe API version: ${version.slice(0, 40)}. You do not have permission to pass this Stripe-Version`,
  });
}

function routeOf({ method, path }: Asked): { work: Work; id: string } {
  const parts = path.split('/');
  const id = parts[3] ?? '';
  const name = `${method} ${parts.map((part, at) => (at === 3 ? ':id' : part)).join('/')}`;
  const work = Object.hasOwn(routes, name) ? routes[name] : undefined;
  if (work) return { work, id: decodeURIComponent(id) };
  throw new StripeError(404, {
    type: 'invalid_request_error',
    message: `Unrecognized request URL (${method}: ${path.slice(0, 100)}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
  });
}

/** The restricted key of this sandbox reads, and not even its own account. */
function checkPermission(world: StripeWorld, key: KeyRow, { method, path }: Asked): void {
  if (key.kind === 'secret') return;
  const wanted =
    method !== 'GET' ? 'write' : path === '/v1/account' ? 'rak_accounts_kyc_basic_read' : null;
  if (wanted === null) return;
  throw new StripeError(403, {
    type: 'invalid_request_error',
    message: `The provided key '${key.secret.slice(0, 8)}*********${key.secret.slice(-6)}' does not have the required permissions for this endpoint on account '${world.account}'. Having the '${wanted}' permission would allow this request to continue.`,
  });
}

function formOf({ method, query, headers, body }: Asked) {
  if (method !== 'POST' || body === '') return readForm(query);
  const type = headers.get('content-type') ?? '';
  if (!type.startsWith('application/x-www-form-urlencoded')) {
    throw new StripeError(400, {
      type: 'invalid_request_error',
      message:
        'Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have any questions, we can help at https://support.stripe.com/.',
    });
  }
  return readForm(new URLSearchParams(body));
}
