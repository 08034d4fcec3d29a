import { describe, expect, it } from 'vitest';
import { stripeApi } from '#lib/connectors/stripe/api';
import type { JsonObject } from '#lib/core/index';
import { fakeContext, inOrder, type Reply } from '#tests/fixtures/connectors/fake-context';
import { customerJson, paymentJson } from '#tests/fixtures/stripe/objects';

const scope = { of: 'account' };
const ref = { externalId: 'cus_NffrFeUfNV2Hib', externalKey: null, scope };
const payment = { externalId: 'pi_3MtwBwLkdIwHu7ix28a3tqPa', externalKey: null, scope };
const context = (...replies: Reply[]) => fakeContext(stripeApi, inOrder(...replies));
const refusal = (status: number, message: string): Reply => ({
  status,
  json: { error: { type: 'invalid_request_error', code: 'resource_missing', message } },
});

describe('the account', () => {
  it('is the key’s, by the name its people gave it', async () => {
    const json = {
      id: 'acct_1',
      email: 'a@b.test',
      settings: { dashboard: { display_name: 'Northwind' } },
    };
    expect(await stripeApi.account(context({ json }))).toMatchObject({
      id: 'acct_1',
      name: 'Northwind',
    });
    await expect(stripeApi.account(context({ json: {} }))).rejects.toMatchObject({
      code: 'provider.bad_answer',
    });
  });

  it('of a key that may not read it is the one the refusal names', async () => {
    const message =
      "The provided key 'rk_test_*****abc' does not have the required permissions for this endpoint on account 'acct_1PJBLEBBLEfV'. Having the 'rak_accounts_kyc_basic_read' permission would allow this request to continue.";
    const denied: Reply = {
      status: 403,
      json: { error: { type: 'invalid_request_error', message } },
    };
    expect(await stripeApi.account(context(denied))).toMatchObject({ id: 'acct_1PJBLEBBLEfV' });
    const other: Reply = { status: 403, json: { error: { message: 'No' } } };
    await expect(stripeApi.account(context(other))).rejects.toMatchObject({
      code: 'provider.forbidden',
    });
  });
});

describe('reading one', () => {
  it('a deleted customer is gone, and so is one nobody knows', async () => {
    const deleted = { json: { id: ref.externalId, object: 'customer', deleted: true } };
    expect(await stripeApi.read(context(deleted), 'customers', ref)).toBeNull();
    expect(await stripeApi.read(context(refusal(404, 'No such')), 'customers', ref)).toBeNull();
  });

  it('a key of the other mode is an error and no deletion', async () => {
    const ctx = context(refusal(404, 'No such customer; a similar object exists in live mode'));
    await expect(stripeApi.read(ctx, 'customers', ref)).rejects.toMatchObject({
      code: 'provider.forbidden',
    });
  });

  it('an id that is none is never put into an address', async () => {
    const bad = { ...ref, externalId: '../account' };
    await expect(stripeApi.read(context(), 'customers', bad)).rejects.toMatchObject({
      code: 'request.invalid',
    });
  });
});

describe('writing', () => {
  it('sends only the fields given, as a form, under a key of its own', async () => {
    const ctx = context({ json: customerJson() }, { json: customerJson() });
    await stripeApi.update(ctx, 'customers', ref, { emails: ['a@b.test'], description: null });
    await stripeApi.update(ctx, 'customers', ref, { name: 'Ada', phones: [] });
    expect(ctx.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1/customers/cus_NffrFeUfNV2Hib',
      form: { email: 'a@b.test', description: '' },
      isIdempotent: true,
    });
    expect(ctx.requests[1]?.form).toEqual({ name: 'Ada', phone: '' });
    const keys = ctx.requests.map((request) => request.headers?.['idempotency-key']);
    expect(new Set(keys).size).toBe(2);
  });

  it('answers with the payment as it is now', async () => {
    const ctx = context({ json: paymentJson({ description: 'New' }) });
    const got = await stripeApi.update(ctx, 'payments', payment, { description: 'New' });
    expect(got).toMatchObject({ ignored: [], object: { fields: { description: 'New' } } });
    expect(ctx.requests[0]?.form).toEqual({ description: 'New', 'expand[0]': 'latest_charge' });
  });

  it.each<['customers' | 'payments', JsonObject, string]>([
    ['customers', { emails: ['a@b.test', 'c@d.test'] }, 'emails'],
    ['customers', { company: 'X' }, 'company'],
    ['payments', { name: 'X' }, 'name'],
    ['payments', { amount: 5 }, 'amount'],
  ])('refuses before a call what %s cannot hold: %j', async (resource, fields, field) => {
    const ctx = context();
    const update = stripeApi.update(ctx, resource, resource === 'payments' ? payment : ref, fields);
    await expect(update).rejects.toMatchObject({
      code: 'provider.refused',
      details: { fields: [{ field }] },
    });
    expect(ctx.requests).toEqual([]);
  });
});

describe('the webhook', () => {
  const target = { url: 'https://hub.example/api/webhooks/stripe/1', secret: 'ours' };
  const listed = (...data: unknown[]): Reply => ({ json: { data, has_more: false } });

  it('is made with the pinned version; Stripe chooses the secret', async () => {
    const ctx = context(listed(), { json: { id: 'we_1', url: target.url, secret: 'whsec_x' } });
    expect(await stripeApi.registerWebhook(ctx, scope, target)).toEqual({
      remoteId: 'we_1',
      secret: 'whsec_x',
    });
    expect(ctx.requests[1]?.form).toMatchObject({
      url: target.url,
      api_version: '2025-09-30.clover',
      'enabled_events[0]': 'payment_intent.created',
    });
    expect(JSON.stringify(ctx.requests)).not.toContain('ours');
  });

  it('takes the place of one of the same address, whose secret nobody can learn any more', async () => {
    const ctx = context(
      listed({ id: 'we_old', url: target.url }, { id: 'we_other', url: 'https://elsewhere.test' }),
      { json: { id: 'we_1', url: target.url, secret: 'whsec_x' } },
      { json: { id: 'we_old', deleted: true } },
    );
    await stripeApi.registerWebhook(ctx, scope, target);
    expect(ctx.requests.at(-1)).toMatchObject({
      method: 'DELETE',
      path: '/v1/webhook_endpoints/we_old',
    });
  });

  it('that is gone already is removed', async () => {
    await stripeApi.removeWebhook(context(refusal(404, 'No such')), scope, 'we_1');
    await expect(stripeApi.removeWebhook(context(), scope, '../x')).rejects.toMatchObject({
      code: 'request.invalid',
    });
  });
});
