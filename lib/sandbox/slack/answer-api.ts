import type { Call } from './call.ts';
import { methods } from './methods.ts';
import { exchange } from './oauth.ts';
import { SlackError } from './slack-error.ts';
import { findToken } from './tokens.ts';
import type { SlackWorld } from './world.ts';

/** Methods that read take a query; those that write take forms and JSON. */
interface Asked {
  method: string;
  name: string;
  query: URLSearchParams;
  headers: Headers;
  body: string;
}

/** One call of the Web API: 200 whatever comes of it, but for too many. */
export function answerApi(world: SlackWorld, asked: Asked): Response {
  const headers = { date: new Date(world.clock.now()).toUTCString() };
  try {
    const args = readArguments(asked);
    if (asked.name === 'oauth.v2.access') {
      const json = exchange(world, args, asked.headers.get('authorization') ?? '');
      return Response.json({ ok: true, ...json }, { headers });
    }
    return answerMethod(world, asked, args, headers);
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    return Response.json({ ok: false, error: error.message, ...error.more }, { headers });
  }
}

function answerMethod(
  world: SlackWorld,
  asked: Asked,
  args: Record<string, string>,
  headers: Record<string, string>,
): Response {
  const method = Object.hasOwn(methods, asked.name) ? methods[asked.name] : undefined;
  if (!method) throw new SlackError('unknown_method', { req_method: asked.name });
  const bearer = /^Bearer (\S+)$/i.exec(asked.headers.get('authorization') ?? '')?.[1];
  const secret = bearer ?? args['token'] ?? '';
  const token = findToken(world, secret);
  if (typeof token === 'string') throw new SlackError(token);
  const waitSeconds = world.take(secret, asked.name);
  if (waitSeconds !== null) {
    return Response.json(
      { ok: false, error: 'ratelimited' },
      { status: 429, headers: { ...headers, 'retry-after': String(waitSeconds) } },
    );
  }
  const app = world.tables.apps.findOneBy('clientId', token.clientId);
  if (!app) throw new SlackError('invalid_auth');
  const call: Call = { world, args, token, app };
  const scopes = { 'x-oauth-scopes': token.scopes.join(',') };
  return Response.json({ ok: true, ...method(call) }, { headers: { ...headers, ...scopes } });
}

function readArguments({ query, headers, body }: Asked): Record<string, string> {
  const args = Object.fromEntries(query);
  if (body === '') return args;
  const type = headers.get('content-type') ?? '';
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return { ...args, ...Object.fromEntries(new URLSearchParams(body)) };
  }
  if (!type.startsWith('application/json')) throw new SlackError('invalid_post_type');
  try {
    const json = JSON.parse(body) as Record<string, unknown>;
    const texts = Object.entries(json).map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    return { ...args, ...Object.fromEntries(texts) };
  } catch {
    throw new SlackError('invalid_json');
  }
}
