import { z } from 'zod';
import type { ProxyCall } from '#lib/connections/index';
import { type Clock, type ErrorCode, errorCodes, HubError } from '#lib/core/index';
import { createCallSigner } from '#lib/security/index';
import { answerKind, type PassedCall } from './worker-wire.ts';

export interface PassedAnswer {
  status: number;
  headers: Record<string, string>;
  body: ReadableStream<Uint8Array> | null;
}

export interface WorkerClient {
  /** Null when nobody listens there: nothing was sent, and another way may be taken. */
  proxy(
    at: { workspaceId: string; connectionId: string },
    call: ProxyCall & { body: Uint8Array | null },
    signal: AbortSignal,
  ): Promise<PassedAnswer | null>;
}

/** Longer than the worker takes for the head of an answer, its waiting for a turn included. */
const headMs = 60_000;

const faultSchema = z.object({
  code: z.string().refine((code): code is ErrorCode => Object.hasOwn(errorCodes, code)),
  message: z.string(),
  retry: z.enum(['never', 'later', 'after']),
  after_ms: z.number().nullable(),
  details: z.record(z.string(), z.json()),
});

/** Calls the worker's own listener, each call with a token of its own. */
export function createWorkerClient(options: {
  url: string;
  secret: string;
  clock: Clock;
}): WorkerClient {
  const signer = createCallSigner(options.secret, options.clock);
  const address = new URL('/proxy', options.url);
  return {
    proxy: async (at, { body, ...call }, signal) => {
      const bytes = body ?? new Uint8Array();
      const passed: PassedCall = {
        ...call,
        workspace_id: at.workspaceId,
        connection_id: at.connectionId,
        has_body: body !== null,
      };
      const token = await signer.sign(passed, bytes);
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), headMs);
      const answer = await fetch(address, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
        body: Buffer.from(bytes),
        redirect: 'manual',
        cache: 'no-store',
        signal: AbortSignal.any([signal, late.signal]),
      })
        .catch((error: unknown) => readFailure(error, late.signal))
        .finally(() => clearTimeout(timer));
      if (answer === null) return null;
      if (answer.headers.get(answerKind) !== 'service') throw await readFault(answer);
      const headers = Object.fromEntries(answer.headers);
      delete headers[answerKind];
      return { status: answer.status, headers, body: answer.body };
    },
  };
}

function readFailure(error: unknown, late: AbortSignal): null {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED') return null;
  if (late.aborted) throw new HubError('commands.timeout', undefined, { cause: error });
  throw new HubError('internal.unavailable', 'The worker did not answer.', {
    cause: error,
    retry: 'later',
  });
}

async function readFault(answer: Response): Promise<HubError> {
  const fault = faultSchema.safeParse(await answer.json().catch(() => null));
  if (!fault.success) return new HubError('internal.unavailable', 'The worker did not answer.');
  const { code, message, retry, after_ms: afterMs, details } = fault.data;
  // A token of ours that is not taken is our configuration, never the caller's session.
  if (code === 'identity.unauthenticated') {
    return new HubError('internal.unavailable', 'The worker does not take our calls.');
  }
  return new HubError(code, message, { retry, details, ...(afterMs === null ? {} : { afterMs }) });
}
