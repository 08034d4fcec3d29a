import type { ParsedWebhook, WebhookParser } from '#lib/connectors/protocol/index';
import { accountScope } from './account-scope.ts';
import { newsOf } from './news.ts';
import { eventSchema, type StripeEvent } from './schema.ts';

const summaryChars = 200;

/** https://docs.stripe.com/webhooks */
export const stripeWebhook: WebhookParser = {
  parse(_event, payload) {
    const read = eventSchema.safeParse(payload);
    if (!read.success) return unknown(null, 'This is no event of Stripe');
    const event = read.data;
    // A platform hears of the accounts connected to it; their customers are not this account's.
    if (event.account) return unknown(event, 'The event belongs to a connected account');
    const news = newsOf(event);
    if (news.resource === null) {
      return unknown(event, `Stripe’s event “${event.type}” is not taken in`);
    }
    const [fault] = news.faults;
    if (fault) return unknown(event, fault.message);
    return {
      ...envelope(event, 'apply'),
      resource: news.resource,
      objects: news.objects,
      refetch: news.readAgain.map((id) => ({
        externalId: id,
        externalKey: null,
        scope: { ...accountScope.scope },
      })),
      summary: cut(tell(event)),
    };
  },
};

function tell(event: StripeEvent): string {
  const { object } = event.data;
  const named = [object['name'], object['description'], object['id']].find(
    (value) => typeof value === 'string' && value !== '',
  );
  return `${event.type}: ${typeof named === 'string' ? named : 'unnamed'}`;
}

const envelope = (event: StripeEvent | null, kind: ParsedWebhook['kind']): ParsedWebhook => ({
  kind,
  action: event?.type ?? null,
  resource: null,
  scopeKey: accountScope.key,
  objects: [],
  refetch: [],
  summary: '',
});

const unknown = (event: StripeEvent | null, reason: string): ParsedWebhook => ({
  ...envelope(event, 'unknown'),
  summary: cut(reason),
});

function cut(sentence: string): string {
  const line = sentence.replace(/[\p{Cc}\p{Cs}]+/gu, ' ');
  return line.length <= summaryChars ? line : `${line.slice(0, summaryChars - 1).toWellFormed()}…`;
}
