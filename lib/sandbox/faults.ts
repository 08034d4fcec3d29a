import { z } from 'zod';
import { type Chance, seededChance } from './chance.ts';

/** Rules set at once. */
const rulesLimit = 50;
const latencyLimitMs = 120_000;

const statusEffect = z.strictObject({
  kind: z.literal('status'),
  status: z.int().min(200).max(599),
  retryAfterSeconds: z.int().min(0).max(86_400).optional(),
  /** `secondary` is GitHub's wording for its secondary rate limit. */
  body: z.enum(['json', 'secondary', 'html', 'huge', 'empty']).default('json'),
});

const effectSchema = z.discriminatedUnion('kind', [
  statusEffect,
  z.strictObject({
    kind: z.literal('latency'),
    ms: z.int().min(0).max(latencyLimitMs),
    jitterMs: z.int().min(0).max(latencyLimitMs).default(0),
  }),
  /** The request takes effect, then the connection breaks. */
  z.strictObject({ kind: z.literal('lost-response') }),
  /** The connection breaks before anything happens. */
  z.strictObject({ kind: z.literal('refused') }),
]);

export type FaultEffect = z.output<typeof effectSchema>;

const ruleSchema = z.strictObject({
  method: z
    .string()
    .regex(/^[A-Z]+$/)
    .optional(),
  /** A part of the path behind /sandbox/github, for example `/api/repos/northwind/api/issues`. */
  path: z.string().max(400).optional(),
  /** How many requests are hit; null is every one until the rules are replaced. */
  times: z.int().min(1).max(1_000_000).nullable().default(1),
  effect: effectSchema,
});

const rate = z.number().min(0).max(1).default(0);

const deliveryFaultsSchema = z.strictObject({
  duplicate: rate,
  reorder: rate,
  drop: rate,
  delay: rate,
  /** How long a delayed delivery waits, at most. */
  delayMs: z.int().min(0).max(latencyLimitMs).default(2_000),
  seed: z.int().default(1),
});

export const faultsSchema = z.strictObject({
  requests: z.array(ruleSchema).max(rulesLimit).default([]),
  deliveries: deliveryFaultsSchema.optional(),
  /** Calls an hour for each person; null is no cap. */
  hourlyLimit: z.int().min(0).nullable().optional(),
});

export type FaultSettings = z.input<typeof faultsSchema>;
export type FaultRule = z.output<typeof ruleSchema>;
export type DeliveryFaults = z.output<typeof deliveryFaultsSchema>;

export type DeliveryFate = { copies: 0 | 1 | 2; delayMs: number; swap: boolean };

/** What goes wrong on purpose. Rules are tried in order; each effect kind is taken at most once. */
export class Faults {
  #rules: FaultRule[] = [];
  #deliveries: DeliveryFaults = deliveryFaultsSchema.parse({});
  #chance: Chance = seededChance(1);

  set(settings: z.output<typeof faultsSchema>): void {
    this.#rules = settings.requests.map((rule) => ({ ...rule }));
    if (settings.deliveries) this.setDeliveries(settings.deliveries);
  }

  setDeliveries(faults: DeliveryFaults): void {
    this.#deliveries = faults;
    this.#chance = seededChance(faults.seed);
  }

  clear(): void {
    this.#rules = [];
    this.setDeliveries(deliveryFaultsSchema.parse({}));
  }

  read(): { requests: FaultRule[]; deliveries: DeliveryFaults } {
    return { requests: this.#rules, deliveries: this.#deliveries };
  }

  /** The effects this request meets; rules that are used up go away. */
  meet(method: string, path: string): FaultEffect[] {
    const met = new Map<FaultEffect['kind'], FaultEffect>();
    for (const rule of this.#rules) {
      if (met.has(rule.effect.kind)) continue;
      if (rule.method !== undefined && rule.method !== method) continue;
      if (rule.path !== undefined && !path.includes(rule.path)) continue;
      met.set(rule.effect.kind, rule.effect);
      if (rule.times !== null) rule.times -= 1;
    }
    this.#rules = this.#rules.filter((rule) => rule.times === null || rule.times > 0);
    return [...met.values()];
  }

  /** What becomes of one delivery. Always draws four numbers, so that one rate never shifts another. */
  fate(): DeliveryFate {
    const { drop, duplicate, delay, reorder, delayMs } = this.#deliveries;
    const [dropped, doubled, late, swapped] = [
      this.#chance(),
      this.#chance(),
      this.#chance(),
      this.#chance(),
    ];
    return {
      copies: dropped < drop ? 0 : doubled < duplicate ? 2 : 1,
      delayMs: late < delay ? Math.round(delayMs * (late / delay)) : 0,
      swap: swapped < reorder,
    };
  }
}

/** Ten megabytes, above any limit a client should have. */
const hugeBytes = 10_485_760;

export function faultResponse(effect: z.output<typeof statusEffect>): Response {
  const headers = new Headers();
  if (effect.retryAfterSeconds !== undefined) {
    headers.set('retry-after', String(effect.retryAfterSeconds));
  }
  const { status } = effect;
  if (effect.body === 'empty' || status === 204 || status === 304) {
    return new Response(null, { status, headers });
  }
  if (effect.body === 'html') {
    headers.set('content-type', 'text/html; charset=utf-8');
    return new Response('<!doctype html><title>Unicorn!</title><h1>We had issues</h1>\n', {
      status,
      headers,
    });
  }
  headers.set('content-type', 'application/json; charset=utf-8');
  if (effect.body === 'huge') {
    return new Response(`["${'x'.repeat(hugeBytes)}"]`, { status, headers });
  }
  return new Response(JSON.stringify(faultBody(status, effect.body)), { status, headers });
}

const messages: Record<number, string> = {
  401: 'Bad credentials',
  403: 'Resource not accessible by personal access token',
  404: 'Not Found',
  422: 'Validation Failed',
  429: 'API rate limit exceeded',
  503: 'Service unavailable',
};

function faultBody(status: number, body: 'json' | 'secondary'): Record<string, unknown> {
  if (body === 'secondary') {
    return {
      message:
        'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
      documentation_url:
        'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits',
    };
  }
  const errors = [{ resource: 'Issue', field: 'title', code: 'invalid' }];
  return {
    message: messages[status] ?? 'Server Error',
    ...(status === 422 ? { errors } : {}),
    documentation_url: 'https://docs.github.com/rest',
    status: String(status),
  };
}
