import { z } from 'zod';
import { HubError, type JsonObject, limits } from '#lib/core/index';
import type { Command, CommandKind } from './command-runner.ts';
import { type ProxyAnswer, proxyCall } from './proxy-call.ts';
import { decryptPart, encryptPart, proxyKeyField } from './proxy-envelope.ts';
import { type proxyReplySchema, proxyRequestSchema } from './proxy-shape.ts';
import type { ConnectionDeps } from './worker-deps.ts';

const payloadSchema = z.object({ connection_id: z.uuid(), call: z.string() });

/** Of the worker's fetchers of commands; the others are for people who wait for something of ours. */
const atOnce = 2;
/** Shorter than whoever asked waits for the answer. */
const wholeMs = 25_000;

/** connections.proxy: a call passed on where web cannot reach the worker's own listener. */
export function proxyCommand(deps: ConnectionDeps): CommandKind {
  let underWay = 0;
  return {
    isForWaiting: true,
    run: async (command) => {
      if (underWay >= atOnce) {
        throw new HubError('request.rate_limited', 'Too many calls are passed on at once.', {
          retry: 'after',
          afterMs: 1_000,
        });
      }
      underWay += 1;
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(tooLate()), wholeMs);
      try {
        return await passOn(deps, command, AbortSignal.any([command.signal, late.signal]));
      } finally {
        clearTimeout(timer);
        underWay -= 1;
      }
    },
  };
}

async function passOn(
  deps: ConnectionDeps,
  command: Command,
  signal: AbortSignal,
): Promise<JsonObject> {
  const payload = payloadSchema.parse(command.payload);
  const key = command.open(proxyKeyField);
  const sent = decryptPart(key, { commandId: command.id, direction: 'request' }, payload.call);
  const { body, ...call } = proxyRequestSchema.parse(JSON.parse(sent.toString('utf8')));
  await onlyOnce(command, call.method);
  const answer = await proxyCall(
    deps,
    { workspaceId: command.workspaceId, connectionId: payload.connection_id },
    { ...call, body: body === null ? null : Buffer.from(body, 'base64') },
    { signal, maxBytes: limits.proxyBodyBytes },
  );
  const reply = JSON.stringify(await readWhole(answer));
  const part = { commandId: command.id, direction: 'answer' } as const;
  return { answer: encryptPart(key, part, Buffer.from(reply, 'utf8')) };
}

const tooLate = (): HubError =>
  new HubError('provider.timeout', undefined, { retry: 'later', details: { sent: true } });

/** A worker that died in the middle is followed by another one, which must not send a write again. */
async function onlyOnce(command: Command, method: string): Promise<void> {
  if (method === 'GET') return;
  if (command.progress !== null) {
    throw new HubError(
      'provider.unreachable',
      'The worker stopped in the middle of the call. Whether it took effect is not known.',
      { details: { sent: true } },
    );
  }
  await command.save({ stage: 'sending' });
}

async function readWhole(answer: ProxyAnswer): Promise<z.infer<typeof proxyReplySchema>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString('base64');
  return { status: answer.status, headers: answer.headers, body };
}
