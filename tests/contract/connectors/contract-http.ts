import { sendCredential } from '#lib/connections/send-credential';
import type { HttpAnswer, HttpRequest, ProviderHttp } from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';
import type { ContractEntry, ContractWorld } from './contract-entry.ts';

export interface RecordedCall {
  method: string;
  path: string;
  status: number;
  headers: Headers;
}

export type RecordingHttp = ProviderHttp & { calls: RecordedCall[] };

/**
 * `ctx.http` with nothing to help a connector: no second try, no waiting, no cache. What the
 * connector does is seen as it is.
 */
export function contractHttp(
  { connector: { manifest }, api }: ContractEntry,
  world: ContractWorld,
  credential = world.credential,
): RecordingHttp {
  const authorize = sendCredential(manifest, world.auth);
  const calls: RecordedCall[] = [];
  return {
    calls,
    send: async (request) => {
      const url = new URL(world.apiBaseUrl.replace(/\/$/, '') + request.path);
      for (const [name, value] of Object.entries(request.query ?? {})) {
        if (value !== undefined) url.searchParams.set(name, String(value));
      }
      const { headers, body } = bodyOf(request);
      const response = await fetch(url, {
        method: request.method,
        redirect: 'manual',
        headers: { accept: 'application/json', ...headers, ...authorize(credential) },
        ...(body === undefined ? {} : { body }),
      });
      const { status } = response;
      calls.push({ method: request.method, path: request.path, status, headers: response.headers });
      return read(api, response, await response.text());
    },
  };
}

function bodyOf({ json, form, headers, etag }: HttpRequest) {
  const type = form
    ? 'application/x-www-form-urlencoded'
    : json === undefined
      ? null
      : 'application/json';
  return {
    headers: {
      ...(type === null ? {} : { 'content-type': type }),
      ...(etag === undefined ? {} : { 'if-none-match': etag }),
      ...headers,
    },
    body: form
      ? new URLSearchParams(form).toString()
      : json === undefined
        ? undefined
        : JSON.stringify(json),
  };
}

function read(api: ContractEntry['api'], response: Response, text: string): HttpAnswer {
  const { status, headers } = response;
  if (status !== 304 && !response.ok) throw api.toError({ status, headers, text });
  const date = Date.parse(headers.get('date') ?? '');
  const answer: HttpAnswer = {
    status,
    headers,
    json: text === '' ? null : parse(text),
    etag: headers.get('etag'),
    clockOffsetMs: Number.isNaN(date) ? null : date + 500 - Date.now(),
  };
  const fault = status === 304 ? null : (api.findFault?.(answer) ?? null);
  if (fault) throw fault;
  return answer;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HubError('provider.bad_answer', undefined, { retry: 'later' });
  }
}
