interface ErrorFacts {
  type: 'invalid_request_error' | 'card_error' | 'idempotency_error' | 'api_error';
  message: string;
  code?: string;
  param?: string;
  decline_code?: string;
  payment_intent?: unknown;
}

/** A refusal in Stripe's own form. https://docs.stripe.com/api/errors */
export class StripeError extends Error {
  readonly status: number;
  readonly facts: ErrorFacts;

  constructor(status: number, facts: ErrorFacts) {
    super(facts.message);
    this.name = 'StripeError';
    this.status = status;
    this.facts = facts;
  }

  body(requestId: string): Record<string, unknown> {
    return {
      error: {
        ...this.facts,
        ...(this.facts.code
          ? {
              doc_url: `https://stripe.com/docs/error-codes/${this.facts.code.replaceAll('_', '-')}`,
            }
          : {}),
        request_log_url: `https://dashboard.stripe.com/test/logs/${requestId}`,
      },
    };
  }
}

export const invalid = (message: string, more: { code?: string; param?: string } = {}) =>
  new StripeError(400, { type: 'invalid_request_error', message, ...more });

/** A missing object in the path is 404; one named by a parameter is 400. */
export const missing = (what: string, id: string, param: string, status = 404) =>
  new StripeError(status, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${what}: '${id.slice(0, 60)}'`,
    param,
  });
