import { type Context, Hono } from 'hono';
import { type Html, html } from '../html.ts';
import { shellResponse } from '../page-shell.ts';
import { mountOf } from '../provider-double.ts';
import { byHand, type Call } from './call.ts';
import { customerPage, customersPage } from './customer-pages.ts';
import { createCustomer, deleteCustomer, updateCustomer } from './customers.ts';
import { developersPage } from './developers-page.ts';
import { paymentPage, paymentsPage } from './payment-pages.ts';
import { cancelPayment, createPayment, updatePayment } from './payments.ts';
import type { Form } from './read-form.ts';
import { createRefund } from './refunds.ts';
import { StripeError } from './stripe-error.ts';
import type { Shape, StripeWorld } from './world.ts';

const home = mountOf('stripe');
const brand = { title: 'Sandbox Stripe', home };

/** The dashboard: what people do by hand, with the same effects as a call. */
export function createStripePages(world: StripeWorld): Hono {
  const app = new Hono().basePath(home);
  app.use('*', async (c, next) => {
    if (c.req.method === 'POST' && !fromHere(c)) {
      return page('Not from here', html`<h1>The form was sent by another site</h1>`, 403);
    }
    return next();
  });
  app.get('/', () => page('Developers', developersPage(world)));
  app.get('/customers', (c) =>
    page('Customers', customersPage(world, c.req.query('q') ?? '', pageOf(c))),
  );
  app.get('/payments', (c) => page('Payments', paymentsPage(world, pageOf(c))));
  app.get('/customers/:id', (c) => shown('Customer', customerPage(world, c.req.param('id'), null)));
  app.get('/payments/:id', (c) => shown('Payment', paymentPage(world, c.req.param('id'), null)));
  actions(app, world);
  app.notFound(() => nobody());
  return app;
}

interface Action {
  path: string;
  work: (call: Call, id: string) => Shape;
  /** Where the browser goes afterwards; the page it came from when nothing is said. */
  to?: (made: Shape) => string;
  /** The page again, with the reason why it was not done. */
  again: (world: StripeWorld, id: string, refusal: string) => Html | null;
}

const withoutForm = (call: Call): Call => ({ ...call, form: {} });

const actionsOf: readonly Action[] = [
  {
    path: '/customers',
    work: (call) => createCustomer(call),
    to: (made) => `${home}/customers/${String(made['id'])}`,
    again: (world, _id, refusal) => customersPage(world, '', 1, refusal),
  },
  { path: '/customers/:id', work: updateCustomer, again: customerPage },
  {
    path: '/customers/:id/delete',
    work: (call, id) => deleteCustomer(withoutForm(call), id),
    to: () => `${home}/customers`,
    again: customerPage,
  },
  {
    path: '/customers/:id/payments',
    work: (call, id) =>
      createPayment({ ...call, form: { ...call.form, customer: id, confirm: 'true' } }),
    to: (made) => `${home}/payments/${String(made['id'])}`,
    again: customerPage,
  },
  { path: '/payments/:id', work: updatePayment, again: paymentPage },
  {
    path: '/payments/:id/cancel',
    work: (call, id) => cancelPayment(withoutForm(call), id),
    again: paymentPage,
  },
  {
    path: '/payments/:id/refund',
    work: (call, id) => {
      const { amount } = call.form;
      return createRefund({ ...call, form: { payment_intent: id, ...(amount ? { amount } : {}) } });
    },
    again: paymentPage,
  },
];

function actions(app: Hono, world: StripeWorld): void {
  for (const { path, work, to, again } of actionsOf) {
    app.post(path, async (c) => {
      const id = c.req.param('id') ?? '';
      const form: Form = Object.fromEntries(new URLSearchParams(await c.req.text()));
      try {
        const made = work(byHand(world, form), id);
        return c.redirect(to?.(made) ?? c.req.path.replace(/\/(cancel|refund)$/, ''), 303);
      } catch (error) {
        if (!(error instanceof StripeError)) throw error;
        return shown('Not done', again(world, id, error.message), 422);
      }
    });
  }
}

/** Forms of other sites are refused. A browser always sends Origin with a POST. */
function fromHere(c: Context): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = c.req.header('origin');
  const host = c.req.header('x-forwarded-host') ?? c.req.header('host');
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}

const pageOf = (c: Context): number => Math.max(1, Number(c.req.query('page') ?? 1) || 1);

const shown = (title: string, body: Html | null, status = 200): Response =>
  body ? page(title, body, status) : nobody();

const nobody = (): Response =>
  page(
    'Not found',
    html`<h1>There is no such page in the sandbox</h1><p><a href="${home}">Sandbox Stripe</a></p>`,
    404,
  );

function page(title: string, body: Html, status = 200): Response {
  const nav = html`<nav class="row"><a href="${home}">Developers</a><a href="${home}/customers">Customers</a><a href="${home}/payments">Payments</a></nav>`;
  return shellResponse({ brand, title, aside: nav, body }, status);
}
