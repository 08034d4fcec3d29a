import type { ActivityState } from './activity.ts';
import type {
  ActivitySettings,
  ActRequest,
  NewIssue,
  TokenFilterInput,
  TrueIssue,
} from './control-schema.ts';
import type { FaultSettings } from './faults.ts';
import type { LoggedRequest } from './request-log.ts';
import type { DeliveryRow } from './rows.ts';

/** Talks to /sandbox/control of a running sandbox. Every method throws with the sandbox's own sentence. */
export class ControlClient {
  readonly #base: string;
  readonly #token: string;

  /** Without a provider these are GitHub's switches. */
  constructor(origin: string, token: string, provider?: string) {
    this.#base = `${origin}/sandbox/control${provider === undefined ? '' : `/${provider}`}`;
    this.#token = token;
  }

  status = (): Promise<Record<string, unknown>> => this.#call('GET', '/status');
  setFaults = (faults: FaultSettings): Promise<unknown> => this.#call('POST', '/faults', faults);
  clearFaults = (): Promise<unknown> => this.#call('DELETE', '/faults');
  expireTokens = (filter: TokenFilterInput): Promise<{ tokens: number }> =>
    this.#call('POST', '/tokens/expire', filter);
  revokeTokens = (filter: TokenFilterInput): Promise<{ tokens: number }> =>
    this.#call('POST', '/tokens/revoke', filter);
  issues = (repo = 'northwind/api'): Promise<TrueIssue[]> =>
    this.#call('GET', `/issues?${new URLSearchParams({ repo })}`);
  addIssue = (issue: NewIssue): Promise<{ number: number; id: number }> =>
    this.#call('POST', '/issues', issue);
  deleteIssue = (issue: { repo?: string; number: number }): Promise<unknown> =>
    this.#call('POST', '/issues/delete', issue);
  /** Where it is afterwards, which is in northwind/web without another word. */
  transferIssue = (issue: {
    repo?: string;
    number: number;
    to?: string;
  }): Promise<{ id: number; number: number }> => this.#call('POST', '/issues/transfer', issue);
  /** Does something as a person; the answer is GitHub's, refusals included. */
  act = (request: ActRequest): Promise<{ status: number; json: unknown }> =>
    this.#call('POST', '/act', request);
  startActivity = (settings: ActivitySettings = {}): Promise<ActivityState> =>
    this.#call('POST', '/activity', settings);
  stopActivity = (): Promise<ActivityState> => this.#call('DELETE', '/activity');
  activity = (): Promise<ActivityState> => this.#call('GET', '/activity');
  deliveries = (): Promise<DeliveryRow[]> => this.#call('GET', '/deliveries');
  requests = (): Promise<LoggedRequest[]> => this.#call('GET', '/requests');
  clearRequests = (): Promise<void> => this.#call('DELETE', '/requests');
  reset = (): Promise<Record<string, unknown>> => this.#call('POST', '/reset', {});

  /** A switch only this provider has; its test knows the shape of the answer. */
  call = <T>(method: string, path: string, body?: unknown): Promise<T> =>
    this.#call(method, path, body);

  async #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(this.#base + path, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`The sandbox answered ${response.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}
