import type { Sandbox } from '#lib/sandbox/index';
import { openSandbox } from '../sandbox-harness.ts';

export interface Asked {
  status: number;
  headers: Headers;
  json: Record<string, unknown>;
}

export interface StripeHarness {
  sandbox: Sandbox & { dispose(): Promise<void> };
  apiUrl: string;
  url: string;
  key: string;
  readKey: string;
  call(
    method: string,
    path: string,
    form?: Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<Asked>;
  control: ReturnType<Sandbox['at']>['control'];
}

/** A sandbox whose Stripe is small and tries deliveries again at once. */
export async function openStripe(settings: Record<string, unknown> = {}): Promise<StripeHarness> {
  const sandbox = await openSandbox({
    seed: { issues: 1, webIssues: 0 },
    settings: {
      stripe: { seed: { customers: 12, payments: 20 }, retryMs: [20, 20], ...settings },
    },
  });
  const { url, control } = sandbox.at('stripe');
  const keys = await control.call<{ secret: string; kind: string }[]>('GET', '/keys');
  const keyOf = (kind: string): string => keys.find((key) => key.kind === kind)?.secret ?? '';
  const [key, readKey] = [keyOf('secret'), keyOf('restricted_read')];
  const apiUrl = `${url}/api`;
  return {
    sandbox,
    apiUrl,
    url,
    key,
    readKey,
    control,
    async call(method, path, form, headers = {}) {
      const response = await fetch(apiUrl + path, {
        method,
        headers: { authorization: `Bearer ${key}`, ...headers },
        ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
      });
      const json = (await response.json()) as Record<string, unknown>;
      return { status: response.status, headers: response.headers, json };
    },
  };
}

export const errorOf = (asked: Asked): Record<string, unknown> =>
  asked.json['error'] as Record<string, unknown>;

export const itemsOf = (asked: Asked): Record<string, unknown>[] =>
  asked.json['data'] as Record<string, unknown>[];
