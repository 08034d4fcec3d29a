import { z } from 'zod';
import type { SendOutcome } from './transport.ts';

/** https://resend.com/docs/api-reference/errors */
const faultSchema = z.object({ name: z.string(), message: z.string() });

/** `validation_error` names the field it is about in its sentence. */
const aboutRecipient = /[`'"]to[`'"] field|\brecipient\b/i;

export interface HttpAnswer {
  status: number;
  body: string;
  /** Retry-After in milliseconds. */
  afterMs: number | null;
}

/** An answer of Resend's API as an outcome. */
export function judgeResend({ status, body, afterMs }: HttpAnswer): SendOutcome {
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  const { name, message } = readFault(body, status);
  const said = { code: `resend.${name}`, detail: `${status}: ${message}` };
  if (status === 429 || status >= 500) {
    return { kind: 'fault', ...said, ...(afterMs === null ? {} : { afterMs }) };
  }
  // The first request with this key is still under way, perhaps by a worker that died.
  if (status === 409 && name === 'concurrent_idempotent_requests') {
    return { kind: 'fault', ...said };
  }
  // The key, the plan or the sender's domain: an operator may yet put them right.
  if (status === 401 || status === 403 || name === 'invalid_from_address') {
    return { kind: 'fault', ...said };
  }
  if ((status === 400 || status === 422) && aboutRecipient.test(message)) {
    return { kind: 'address_refused', ...said };
  }
  return { kind: 'mail_refused', ...said };
}

function readFault(body: string, status: number): { name: string; message: string } {
  const unknown = { name: `http_${status}`, message: 'The service gave no reason.' };
  try {
    const parsed = faultSchema.safeParse(JSON.parse(body));
    if (!parsed.success) return unknown;
    const name = parsed.data.name.replace(/[^a-z_]/gi, '').slice(0, 60);
    return { name: name || unknown.name, message: parsed.data.message };
  } catch {
    return unknown;
  }
}
